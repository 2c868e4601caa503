namespace ActorEvents.Journal.Entries;

/// <summary>A journal row as readers see it.</summary>
public sealed record JournalRow
{
    internal JournalRow(long ordering, string persistenceId, long sequenceNumber, JournalEntry? entry, string? problem) =>
        (Ordering, PersistenceId, SequenceNumber, Entry, Problem) = (ordering, persistenceId, sequenceNumber, entry, problem);

    /// <summary>Commit order; gaps never fill.</summary>
    public long Ordering { get; }

    /// <summary>Whose row it is: of a handler's entity <c>handler/key</c>.</summary>
    public string PersistenceId { get; }

    /// <summary>Its place among the rows of the same entity, from 1.</summary>
    public long SequenceNumber { get; }

    /// <summary>User state events in order; empty where there is a <see cref="Problem"/>.</summary>
    public IReadOnlyList<StoredPayload> StateEvents => Entry?.StateEvents ?? [];

    /// <summary>What was rejected (<c>Decision.Reject</c>), in order; empty where there is a <see cref="Problem"/>.</summary>
    public IReadOnlyList<StoredRejection> Rejections => Entry?.Rejections ?? [];

    /// <summary>Why the row cannot be read; null: it was read.</summary>
    public string? Problem { get; internal init; }

    /// <summary>Other software wrote the row (another serializer). False beside a <see cref="Problem"/>: the row is of ours, and damaged or too new.</summary>
    public bool Foreign { get; internal init; }

    /// <summary>Null: the row is not of ours, or cannot be read (<see cref="Problem"/> says why).</summary>
    internal JournalEntry? Entry { get; init; }

    /// <summary>Bytes of its stored message.</summary>
    internal int Size { get; init; }
}
