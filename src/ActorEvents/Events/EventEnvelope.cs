using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ActorEvents.Events;

/// <summary>
/// One event: the attributes of CloudEvents 1.0, the payload as raw bytes, and what the source adds (key, position, origin).
/// Immutable. The payload is not parsed before <see cref="Payload{T}"/> asks for it.
/// </summary>
public sealed class EventEnvelope
{
    private readonly string? _originId;
    private readonly long _originNumber;
    private object? _payload;

    /// <summary>Required attribute <c>id</c>: unique together with <see cref="Source"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Required attribute <c>source</c>: a non-empty URI-reference.</summary>
    public required string Source { get; init; }

    /// <summary>Required attribute <c>type</c>.</summary>
    public required string Type { get; init; }

    public string? Subject { get; init; }

    /// <summary>Attribute <c>time</c>, the text as it came (RFC 3339).</summary>
    public string? Time { get; init; }

    /// <summary>Attribute <c>datacontenttype</c>; tells text, binary and JSON data apart.</summary>
    public string? DataContentType { get; init; }

    public string? DataSchema { get; init; }

    /// <summary>Extension attributes in their canonical string form, in the order in which they came; <c>aeorigin</c> and <c>aesequence</c> are not among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];

    /// <summary>The payload, byte for byte; empty where there is none (<see cref="HasData"/>).</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>
    /// False: the event has no data, which is another thing than zero bytes. Of Kafka a record whose value is null (a tombstone of a compacted topic), in structured mode data that is
    /// absent or null. Default true.
    /// </summary>
    public bool HasData { get; init; } = true;

    /// <summary>Extension <c>partitionkey</c>, else the record's key, else <c>subject</c>; null where none of them is there.</summary>
    public string? Key { get; init; }

    public EventOrigin? Origin
    {
        get => _originId is null ? null : new EventOrigin(_originId, _originNumber);
        init => (_originId, _originNumber) = (value?.Id, value?.Number ?? 0);
    }

    /// <summary>Where the lane read it.</summary>
    public EventPosition Position { get; init; }

    /// <summary>What counts against credits and limits: key + headers (names and values) + value as they were on the wire, in bytes.</summary>
    public int Size { get; init; }

    internal DataKind DataKind => DataKinds.Of(DataContentType);

    /// <summary>The value of an extension attribute, or null.</summary>
    public string? Extension(string name)
    {
        foreach (var extension in Extensions)
        {
            if (string.Equals(extension.Key, name, StringComparison.Ordinal))
            {
                return extension.Value;
            }
        }

        return null;
    }

    /// <summary>The same event in another span.</summary>
    internal EventEnvelope In(TraceContext trace) => new()
    {
        Id = Id,
        Source = Source,
        Type = Type,
        Subject = Subject,
        Time = Time,
        DataContentType = DataContentType,
        DataSchema = DataSchema,
        Extensions = trace.In(Extensions),
        Data = Data,
        HasData = HasData,
        Key = Key,
        Origin = Origin,
        Position = Position,
        Size = Size,
    };

    /// <summary>As <see cref="Payload{T}"/>, for a handler that rejects what it cannot read.</summary>
    /// <param name="problem">Why not: what to give to <c>Decision.Reject</c>.</param>
    public bool TryPayload<T>([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            (value, problem) = (Payload<T>()!, null);
            return true;
        }
        catch (PayloadException e)
        {
            (value, problem) = (default, e.Message);
            return false;
        }
    }

    /// <summary>
    /// The payload read as JSON into <typeparamref name="T"/> with System.Text.Json (camel case, case-insensitive). The last result is kept, so
    /// that key selector and handlers share one parse.
    /// </summary>
    /// <exception cref="PayloadException">The payload is not JSON of that shape; names event type, id and target type.</exception>
    /// <exception cref="InvalidOperationException">Nothing could ever be read into <typeparamref name="T"/>: it has fields only, as a tuple.</exception>
    [SuppressMessage("Design", "CA1024", Justification = "Parses.")]
    public T Payload<T>()
    {
        if (_payload is T known)
        {
            return known;
        }

        if (EventJson.Loss(typeof(T)) is { } loss)
        {
            throw new InvalidOperationException(loss + ".");
        }

        if (!HasData)
        {
            throw new PayloadException(this, typeof(T), "it has none (of Kafka: the value is null, a tombstone); look at HasData first");
        }

        try
        {
            var json = Data.Span;
            var value = JsonSerializer.Deserialize<T>(json.StartsWith("\uFEFF"u8) ? json[3..] : json, EventJson.Options)
                ?? throw new PayloadException(this, typeof(T), "it is the JSON literal null");
            _payload = value;
            return value;
        }
        catch (JsonException e)
        {
            throw new PayloadException(this, typeof(T), e.Message);
        }
    }
}

/// <summary>The payload of an event cannot be read as the type that a handler asked for.</summary>
public sealed class PayloadException(EventEnvelope envelope, Type wanted, string reason) : Exception(
    $"The data of event '{envelope.Id}' (type '{envelope.Type}') cannot be read as {wanted.Name}: {reason}");
