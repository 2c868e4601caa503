using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal;

/// <summary>What entities store, and recover from. Thread-safe; returns at once.</summary>
internal interface IEntityJournal
{
    void Write(Fact fact);

    /// <summary>Reads a part of an entity, behind all of it that was handed over before.</summary>
    void Read(RecoveryRead read);
}
