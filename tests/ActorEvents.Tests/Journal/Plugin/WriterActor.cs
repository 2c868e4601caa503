using ActorEvents.Journal.Entries;
using Akka.Actor;
using Akka.Persistence;

namespace ActorEvents.Tests.Journal.Plugin;

/// <summary>A plain persistent actor of Akka's: appends entries, saves snapshots, tells what it recovered.</summary>
internal sealed class WriterActor : ReceivePersistentActor
{
    private readonly List<JournalEntry> _entries = [];
    private EntitySnapshot? _snapshot;

    public WriterActor(string persistenceId)
    {
        PersistenceId = persistenceId;
        Recover<JournalEntry>(_entries.Add);
        Recover<SnapshotOffer>(offer => _snapshot = (EntitySnapshot)offer.Snapshot);
        Command<JournalEntry>(entry =>
        {
            var sender = Sender;
            Persist(entry, written =>
            {
                _entries.Add(written);
                sender.Tell(LastSequenceNr);
            });
        });
        Command<EntitySnapshot>(snapshot =>
        {
            var sender = Sender;
            SaveSnapshot(snapshot);
            BecomeStacked(() => Command<SaveSnapshotSuccess>(saved =>
            {
                sender.Tell(saved.Metadata.SequenceNr);
                UnbecomeStacked();
            }));
        });
        Command<Delete>(delete =>
        {
            var sender = Sender;
            DeleteMessages(delete.UpTo);
            BecomeStacked(() => Command<DeleteMessagesSuccess>(deleted =>
            {
                sender.Tell(deleted);
                UnbecomeStacked();
            }));
        });
        Command<string>(_ => Sender.Tell(new Recovered(_entries.ToArray(), _snapshot)));
    }

    public override string PersistenceId { get; }

    public static Props Of(string persistenceId) => Props.Create(() => new WriterActor(persistenceId));

    internal sealed record Delete(long UpTo);

    internal sealed record Recovered(JournalEntry[] Entries, EntitySnapshot? Snapshot);
}
