using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal;

/// <inheritdoc/>
internal sealed class EntityJournal(JournalWriter writer, RecoveryReader reader) : IEntityJournal
{
    public void Write(Fact fact) => writer.Write(fact);

    /// <summary>The row of an incarnation that has crashed may still be under way: its successor must not read without it and then write the same number.</summary>
    public void Read(RecoveryRead read) => writer.Write(new BarrierFact(() => reader.Read(read)));
}
