using ActorEvents.Journal.Entries;

namespace ActorEvents.Journal.Recovery;

/// <summary>One part of what is stored of one entity is wanted. Answered once, on a thread of the reader.</summary>
/// <param name="after">Rows behind this number; null: the newest snapshot and the rows behind it.</param>
internal abstract class RecoveryRead(string persistenceId, long? after)
{
    public string PersistenceId => persistenceId;

    public long? After => after;

    public abstract void Read(RecoveredPart part);

    /// <summary>Something of it cannot be read, and reading again will not help.</summary>
    public abstract void Failed(Exception cause);
}

/// <param name="Entries">Rows in their order.</param>
/// <param name="Last">Number of the last row of this part, or of the snapshot; 0: nothing was ever written.</param>
/// <param name="Complete">There is no more behind it.</param>
internal sealed record RecoveredPart(EntitySnapshot? Snapshot, IReadOnlyList<JournalEntry> Entries, long Last, bool Complete);
