using System.Text.Json;
using ActorEvents.Events;

namespace ActorEvents.Journal.Entries;

/// <summary>
/// One append of one entity = one journal row: the framework's envelope around opaque user bytes. Written by the entity, read by recovery, relay
/// and projections. Wire form: Protobuf, manifest <see cref="Manifest"/>; parked queue, attempts and timers have reserved fields.
/// </summary>
internal sealed class JournalEntry
{
    public const string Manifest = "ae.entry.1";

    /// <summary>Outgoing events in one entry at most: an origin number is commit order × this + index, and one more would have the next row's.</summary>
    public const int MaxOutgoing = 65_536;

    /// <summary>User state events in order.</summary>
    public required IReadOnlyList<StoredPayload> StateEvents { get; init; }

    /// <summary>Per stream the highest position that this append decides.</summary>
    public IReadOnlyList<StoredPosition> Positions { get; init; } = [];

    /// <summary>Origin marks that this append raises.</summary>
    public IReadOnlyList<StoredMark> Marks { get; init; } = [];

    /// <summary>Outgoing events, published by the relay in this order; the index is part of their id.</summary>
    public IReadOnlyList<StoredOutgoing> Outgoing { get; init; } = [];

    public IReadOnlyList<StoredRejection> Rejections { get; init; } = [];

    /// <summary>How many events were decided (effects, no-ops and rejections).</summary>
    public int Decided { get; init; }

    /// <summary>How many of them were repeats by origin. In memory only, for the metric.</summary>
    public int Repeats { get; init; }

    /// <summary>Spans in which they were decided, for the append's own. In memory only.</summary>
    public IReadOnlyList<TraceContext> Spans { get; init; } = [];
}

/// <summary>A snapshot of an entity: all of it, with positions and marks. Manifest <see cref="Manifest"/>.</summary>
internal sealed class EntitySnapshot
{
    public const string Manifest = "ae.snapshot.1";

    public required StoredPayload State { get; init; }

    public required IReadOnlyList<StoredPosition> Positions { get; init; }

    public IReadOnlyList<StoredMark> Marks { get; init; } = [];

    /// <summary>What the state's type looked like when this was written; empty: a version before wrote it, which did not say.</summary>
    public string Shape { get; init; } = "";
}

/// <summary>Opaque user bytes with the manifest that their handler registered. No type name is ever stored or loaded.</summary>
public readonly record struct StoredPayload(string Manifest, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The payload as it was persisted, for manifests of which <typeparamref name="T"/> is the type.</summary>
    /// <exception cref="JsonException">It is not of that type.</exception>
    public T Read<T>() => JsonSerializer.Deserialize<T>(Bytes.Span, EventJson.Options) ?? throw new JsonException("it is null");
}

/// <summary>How far an entity is in a stream.</summary>
/// <param name="UpTo">The last number that is decided.</param>
internal readonly record struct StoredPosition(string Stream, long UpTo)
{
    /// <summary>0: the stream has positions. Else the session that <see cref="UpTo"/> is of: numbers of a queue start over with each.</summary>
    public long Session { get; init; }

    /// <summary>Of a stream of sessions: ids that are remembered at most.</summary>
    public int Window { get; init; }

    /// <summary>Of a stream of sessions: ids of events, oldest first. In an entry those it decides, in a snapshot all that are remembered.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];
}

/// <summary>Highest origin number decided for one origin within one scope (source, topic name, partition).</summary>
internal readonly record struct StoredMark(string Scope, string OriginId, long Number);

/// <summary>An event that a handler has rejected, where it was read, and why.</summary>
public readonly record struct StoredRejection(string Stream, long Position, string EventId, string Reason);

/// <summary>An outgoing event as it is stored: complete but for its id and origin, which follow from the row.</summary>
/// <param name="Destination">Topic.</param>
/// <param name="Time">RFC 3339, set when it was decided, so that a repeat is identical.</param>
internal sealed record StoredOutgoing(string Destination, string Type, string? Key, string? Subject, string? DataContentType, string Time, ReadOnlyMemory<byte> Data)
{
    /// <summary>False: it goes out with a null value. Default true.</summary>
    public bool HasData { get; init; } = true;

    /// <summary>As the handler said them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];

    /// <summary>The trace of the event that was handled; goes out as <c>traceparent</c> and <c>tracestate</c>. One instance for all that one event emits.</summary>
    internal TraceContext? Trace { get; init; }
}
