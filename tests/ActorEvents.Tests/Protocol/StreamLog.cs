using ActorEvents.Events;

namespace ActorEvents.Tests.Protocol;

internal enum Kind
{
    Effect,

    /// <summary>An effect if the effect before it (same key and stream) is there, else nothing: so a decision on a stale state shows.</summary>
    Conditional,
    Nothing,
    Rejected,
    Undecodable,
}

/// <param name="Event">What must be counted once: where the record was made if it has an origin, else where it stands.</param>
/// <param name="Envelope">Null: undecodable.</param>
internal sealed record LogRecord(StreamLog Log, long Number, string Id, string Event, Kind Kind, EventEnvelope? Envelope)
{
    public int Size => Envelope?.Size ?? 10;

    public bool HasEffect => Kind is Kind.Effect or Kind.Conditional;
}

/// <summary>One partition of one incarnation of the topic: records that become available one after the other.</summary>
internal sealed class StreamLog(StreamId stream, int partition, string name)
{
    public StreamId Stream { get; } = stream;

    public int Partition { get; } = partition;

    /// <summary>For traces and ids; unlike <see cref="Stream"/> never wrong.</summary>
    public string Name { get; } = name;

    public List<LogRecord> Records { get; } = [];

    public int Available { get; set; }

    public long End => Records.Count == 0 ? 0 : Records[^1].Number + 1;

    /// <summary>Below it every position was committed by somebody.</summary>
    public long Committed { get; set; }
}
