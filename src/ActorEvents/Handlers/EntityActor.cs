using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;

namespace ActorEvents.Handlers;

/// <summary>
/// The entity of one key, <see cref="Durability.Journal"/>: at most one append in flight; during it one waiting delivery per stream. Order of things:
/// append → apply → answer <see cref="Done"/> → go on. A failed append stops it: the next incarnation reads what is true.
/// </summary>
internal sealed class EntityActor : UntypedPersistentActor, IWithTimers
{
    private readonly EntityContext _context;
    private readonly EntityKey _key;
    private readonly EntityCore _core;
    private readonly Dictionary<string, (Deliver Delivery, IActorRef ReplyTo)> _waiting = new(StringComparer.Ordinal);
    private (Deliver Delivery, IActorRef ReplyTo)[] _working = [];
    private bool _busy;
    private bool _stopping;
    private bool _active;
    private bool _failed;
    private int _sinceSnapshot;

    public EntityActor(EntityContext context, EntityKey key)
    {
        _context = context;
        _key = key;
        _core = new EntityCore(context.Handler, context.Time);
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
                _core.Recover(entry);
                _sinceSnapshot++;
                break;
            case SnapshotOffer { Snapshot: EntitySnapshot snapshot }:
                _core.Recover(snapshot);
                break;
            case RecoveryCompleted:
                if (_core.Unreadable is { } reason)
                {
                    Blocked(reason, null);
                }
                else
                {
                    // What an incarnation that could not be recovered has left there.
                    _context.Blocked.Remove(_context.Handler.Name, _key);
                }

                Timers.StartPeriodicTimer(IdleCheck.Instance, IdleCheck.Instance, _context.Handler.PassivateAfter);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Deliver delivery:
                _active = true;
                _waiting[delivery.Stream.Name] = (delivery, Sender);
                Work();
                break;
            case Decide:
                Append();
                break;
            case IdleCheck:
                if (!_active && !_busy && _waiting.Count == 0)
                {
                    Context.Parent.Tell(new Passivate(StopWhenDrained.Instance));
                }

                _active = false;
                break;
            case StopWhenDrained:
                _stopping = true;
                Finish();
                break;
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

    /// <summary>The key stays in the list of what is blocked, over all that is tried, until a recovery succeeds.</summary>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        var why = $"cannot be recovered: {reason.GetBaseException().Message.TrimEnd('.')}";
        _context.Blocked.Add(_context.Handler.Name, _key, why, null);
        if (_context.Failures.IsWorthSaying(why))
        {
            Telemetry.Log.KeyBlocked(_context.Logger, _context.Handler.Name, _key.Value, why);
        }
    }

    protected override void PostStop()
    {
        if (_failed)
        {
            _context.Blocked.Remove(_context.Handler.Name, _key);
        }

        base.PostStop();
    }

    /// <summary>Takes all waiting deliveries together, if nothing is under way.</summary>
    private void Work()
    {
        if (_busy || _waiting.Count == 0)
        {
            return;
        }

        _working = [.. _waiting.Values];
        _waiting.Clear();
        _busy = true;
        var delay = _context.Handler.Delay * New(_working);
        if (delay > TimeSpan.Zero)
        {
            Timers.StartSingleTimer(Decide.Instance, Decide.Instance, delay);
        }
        else
        {
            Append();
        }
    }

    private void Append()
    {
        if (_core.Unreadable is not null)
        {
            Answer(null);
            return;
        }

        var acceptance = _core.Accept([.. _working.Select(w => w.Delivery)]);
        if (acceptance.Entry is null)
        {
            Answer(acceptance);
            return;
        }

        PersistAsync(acceptance.Entry, entry =>
        {
            _core.Appended(acceptance);
            Metrics.Decided(_context.Handler.Name, entry.Decided, entry.Repeats, entry.Rejections.Count);
            Answer(acceptance);
            if (entry.Outgoing.Count > 0)
            {
                _context.Signal.Appended();
            }

            if (_context.Handler.SnapshotEvery > 0 && ++_sinceSnapshot >= _context.Handler.SnapshotEvery)
            {
                _sinceSnapshot = 0;
                SaveSnapshot(_core.Snapshot());
            }
        });
    }

    /// <summary>Answers every deliverer with what is durable of its stream (of what did not fit into the entry: to send it again), and goes on.</summary>
    private void Answer(Acceptance? acceptance)
    {
        foreach (var (delivery, replyTo) in _working)
        {
            if (_core.Position(delivery.Stream.Name) is { } upTo && upTo >= delivery.Events[0].Position.Number)
            {
                replyTo.Tell(new Done(_key, delivery.Stream.Name, upTo));
            }
            else if (acceptance is { Failure: null })
            {
                replyTo.Tell(new Resend(_key, delivery.Stream.Name));
            }
        }

        if (acceptance?.Failure is { } failure)
        {
            Metrics.HandlerFailed(_context.Handler.Name);
            Blocked($"event '{acceptance.FailedEvent}' at {acceptance.FailedAt?.Stream} {acceptance.FailedAt?.Number}: {failure.Message.TrimEnd('.')}", acceptance.FailedEvent);
        }
        else if (_failed && acceptance?.Entry is not null)
        {
            _failed = false;
            _context.Blocked.Remove(_context.Handler.Name, _key);
        }

        _working = [];
        _busy = false;
        Finish();
    }

    /// <summary>Goes on with what waits, or stops once no append is in flight.</summary>
    private void Finish()
    {
        var appending = _busy && !Timers.IsTimerActive(Decide.Instance);
        if (appending || !_stopping)
        {
            Work();
            return;
        }

        foreach (var (delivery, replyTo) in _working.Concat(_waiting.Values))
        {
            replyTo.Tell(new Resend(_key, delivery.Stream.Name));
        }

        Context.Stop(Self);
    }

    private int New((Deliver Delivery, IActorRef ReplyTo)[] deliveries) => _context.Handler.Delay == TimeSpan.Zero
        ? 0
        : deliveries.Sum(d => d.Delivery.Events.Count(e => !(e.Position.Number <= _core.Position(d.Delivery.Stream.Name))));

    private void Blocked(string reason, string? eventId)
    {
        _failed = true;
        if (_context.Blocked.Add(_context.Handler.Name, _key, reason, eventId))
        {
            Telemetry.Log.KeyBlocked(_context.Logger, _context.Handler.Name, _key.Value, reason);
        }
    }

    private sealed record Decide
    {
        public static Decide Instance { get; } = new();
    }

    private sealed record IdleCheck
    {
        public static IdleCheck Instance { get; } = new();
    }
}
