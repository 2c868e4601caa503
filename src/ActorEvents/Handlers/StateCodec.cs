using System.Text.Json;
using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>
/// Turns a handler's state events and state into bytes and back: JSON under a manifest that the handler registered. No type name is ever written,
/// and no type is ever looked up by a name that was read.
/// </summary>
internal sealed class StateCodec(string handler)
{
    private readonly Dictionary<Type, string> _manifests = [];
    private readonly Dictionary<string, Func<ReadOnlyMemory<byte>, object>> _decoders = new(StringComparer.Ordinal);

    public void Add<T>(string manifest)
        where T : notnull
    {
        if (!_decoders.TryAdd(manifest, bytes => JsonSerializer.Deserialize<T>(bytes.Span, EventJson.Options)
            ?? throw new UnreadableStateException($"'{manifest}' holds the JSON literal null")))
        {
            throw new ArgumentException($"Handler '{handler}' registers the manifest '{manifest}' twice; give each state event its own.");
        }

        _manifests[typeof(T)] = manifest;
    }

    public StoredPayload Encode(object value) => _manifests.TryGetValue(value.GetType(), out var manifest)
        ? new StoredPayload(manifest, JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), EventJson.Options))
        : throw new InvalidOperationException(
            $"Handler '{handler}' persists {value.GetType().Name}, which is not registered; add .StateEvent<{value.GetType().Name}>(\"a-manifest\") to its registration.");

    public object Decode(StoredPayload payload)
    {
        if (!_decoders.TryGetValue(payload.Manifest, out var decode))
        {
            throw new UnreadableStateException(
                $"unknown manifest '{payload.Manifest}'; handler '{handler}' knows: {string.Join(", ", _decoders.Keys.Order(StringComparer.Ordinal))}");
        }

        try
        {
            return decode(payload.Bytes);
        }
        catch (JsonException e)
        {
            throw new UnreadableStateException($"'{payload.Manifest}' cannot be read: {e.Message}");
        }
    }
}

/// <summary>User bytes of the journal or of a snapshot that the present code cannot read.</summary>
internal sealed class UnreadableStateException(string reason) : Exception(reason);
