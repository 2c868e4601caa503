using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Persistence;

namespace ActorEvents.Handlers;

/// <summary>
/// Runs the <see cref="EntityFlow{TFrom}"/> of one key with <see cref="Durability.Journal"/>: recovers it, persists what it appends. A failed append stops
/// the actor: the next incarnation reads what is true.
/// </summary>
internal sealed class EntityActor : UntypedPersistentActor, IWithTimers
{
    private readonly EntityContext _context;
    private readonly EntityOutput _output;
    private readonly EntityFlow<IActorRef> _flow;
    private Appending _appending;

    public EntityActor(EntityContext context, EntityKey key)
    {
        _context = context;
        _output = new EntityOutput(context, key, Context, this, Append, SaveSnapshot);
        _flow = new EntityFlow<IActorRef>(context.Handler, key, context.Time, _output);
        PersistenceId = context.Handler.PersistenceId(key);
        JournalPluginId = context.JournalPluginId;
        SnapshotPluginId = context.SnapshotPluginId;
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case JournalEntry entry:
                _flow.Recover(entry);
                break;
            case SnapshotOffer { Snapshot: EntitySnapshot snapshot }:
                _flow.Recover(snapshot);
                break;
            case RecoveryCompleted:
                _flow.Recovered();
                Timers.StartPeriodicTimer(IdleCheck.Instance, IdleCheck.Instance, _context.Handler.PassivateAfter);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        if (_flow.TryReceive(message, Sender))
        {
            return;
        }

        switch (message)
        {
            case SaveSnapshotSuccess saved:
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failure:
                Telemetry.Log.SnapshotFailed(_context.Logger, PersistenceId, failure.Cause.Message);
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Akka's own versions of the next three log a line for each entity, and nothing else.
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _appending.End(cause);
        if (_context.Failures.IsWorthSaying(cause.Message))
        {
            Telemetry.Log.AppendFailed(_context.Logger, PersistenceId, sequenceNr, cause.Message);
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        OnPersistFailure(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => _output.CannotRecover(reason);

    protected override void PostStop()
    {
        if (_flow.IsBlocked)
        {
            _output.Unblocked();
        }

        base.PostStop();
    }

    private void Append(JournalEntry entry)
    {
        _appending = Appending.Begin(_context.JournalSystem, PersistenceId, entry);
        PersistAsync(entry, _ =>
        {
            _appending.End();
            _flow.Appended();
        });
    }
}
