using System.Globalization;
using System.Runtime.Serialization;
using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;
using ActorEvents.Telemetry;
using Akka.Actor;

namespace ActorEvents.Handlers;

/// <summary>
/// Runs the <see cref="EntityFlow{TFrom}"/> of one key with <see cref="Durability.Journal"/>: recovers it, stores what it appends, under Akka.Persistence's tables and
/// numbers. A failed append stops the actor: the next incarnation reads what is true.
/// </summary>
internal sealed class EntityActor : UntypedActor, IWithTimers
{
    /// <summary>Names this process among those that write the journal; with a count behind it an incarnation.</summary>
    private static readonly string s_process = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];

    /// <summary>Who asks for the status of an entity that is not recovered yet is answered then; more than these are not, and wait only so long.</summary>
    private const int MaxAsking = 16;

    private static long s_incarnations;
    private readonly EntityContext _context;
    private readonly EntityOutput _output;
    private readonly EntityFlow<IActorRef> _flow;
    private readonly string _persistenceId;
    private readonly string _writer = string.Create(CultureInfo.InvariantCulture, $"{s_process}-{Interlocked.Increment(ref s_incarnations)}");
    private List<IActorRef>? _asking;
    private Part? _reading;
    private Row? _row;
    private Appending _appending;
    private long _last;
    private long? _rebuilt;

    public EntityActor(EntityContext context, EntityKey key)
    {
        _context = context;
        _output = new EntityOutput(context, key, Context, this, Append, Save);
        _flow = new EntityFlow<IActorRef>(context.Handler, key, context.Time, _output);
        _persistenceId = context.Handler.PersistenceId(key);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Read(null);

    protected override void PostStop() => _output.Unblocked(_flow.BlockedStreams);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Row row when row == _row:
                Ended(row);
                break;
            case Part part when part == _reading:
                Recover(part);
                break;
            case Row or Part:
                // Of an incarnation that has crashed.
                break;
            case GetEntityStatus when _reading is not null:
                if (_asking is not { Count: MaxAsking })
                {
                    (_asking ??= []).Add(Sender);
                }

                break;
            default:
                if (!_flow.TryReceive(message, Sender))
                {
                    Unhandled(message);
                }

                break;
        }
    }

    private void Read(long? after) => _context.Journal.Read(_reading = new Part(_persistenceId, after, Self));

    private void Recover(Part read)
    {
        try
        {
            var part = read.Stored ?? throw read.Failure!;
            if (part.Snapshot is { } snapshot && !_flow.Core.Reads(snapshot))
            {
                _output.Rebuilds();
                _rebuilt = part.Last;
                Read(0);
                return;
            }

            Recover(part);
            CheckRebuilt(read, part);
        }
        catch (Exception e)
        {
            // Not restarted, which would read the same again at once.
            _output.CannotRecover(e);
            Context.Stop(Self);
            return;
        }

        if (!read.Stored.Complete)
        {
            Read(_last);
            return;
        }

        _reading = null;
        Timers.StartPeriodicTimer(IdleCheck.Instance, IdleCheck.Instance, _context.Handler.PassivateAfter);
        foreach (var asking in _asking ?? [])
        {
            asking.Tell(_flow.Status);
        }

        _asking = null;
        _flow.Recovered();
    }

    private void Recover(RecoveredPart part)
    {
        if (part.Snapshot is not null)
        {
            _flow.Recover(part.Snapshot);
        }

        foreach (var entry in part.Entries)
        {
            _flow.Recover(entry);
        }

        _last = part.Last;
    }

    /// <summary>Where a snapshot is not read, all rows from the first on must be there.</summary>
    private void CheckRebuilt(Part read, RecoveredPart part)
    {
        if (_rebuilt is { } last && (part.Last - read.After != part.Entries.Count || (part.Complete && part.Last < last)))
        {
            throw new SerializationException(string.Create(
                CultureInfo.InvariantCulture,
                $"its snapshot is of another shape than the state's type now, and not all of its rows up to {last} are there to rebuild it from; run the version that wrote the snapshot, or restore the rows"));
        }
    }

    private void Append(JournalEntry entry)
    {
        _appending = Appending.Begin(_context.JournalSystem, _persistenceId, entry);
        _row = new Row(_persistenceId, _last + 1, EntryCodec.Write(entry), _writer, Self);
        _context.Journal.Write(_row);
    }

    private void Ended(Row row)
    {
        _row = null;
        _appending.End(row.Failure);
        if (row.Failure is null)
        {
            _last = row.SequenceNumber;
            _flow.Appended();
            return;
        }

        if (_context.Failures.IsWorthSaying(row.Failure.Message))
        {
            Log.AppendFailed(_context.Logger, _persistenceId, row.SequenceNumber, row.Failure.Message);
        }

        Context.Stop(Self);
    }

    private void Save(EntitySnapshot snapshot)
    {
        var (logger, id) = (_context.Logger, _persistenceId);
        _context.Journal.Write(new SnapshotFact(id, _last, EntryCodec.Write(snapshot), _context.Time, e => Log.SnapshotFailed(logger, id, e.Message)));
    }

    /// <summary>An append of this incarnation, which gets it back with its outcome.</summary>
    private sealed class Row(string persistenceId, long sequenceNumber, byte[] message, string writer, IActorRef entity) : RowFact(persistenceId, sequenceNumber, message, writer)
    {
        public Exception? Failure { get; private set; }

        public override void Durable() => entity.Tell(this);

        public override void Failed(Exception cause)
        {
            Failure = cause;
            entity.Tell(this);
        }
    }

    /// <summary>A part of what this incarnation recovers from, which gets it back with what was read.</summary>
    private sealed class Part(string persistenceId, long? after, IActorRef entity) : RecoveryRead(persistenceId, after)
    {
        public RecoveredPart? Stored { get; private set; }

        public Exception? Failure { get; private set; }

        public override void Read(RecoveredPart part)
        {
            Stored = part;
            entity.Tell(this);
        }

        public override void Failed(Exception cause)
        {
            Failure = cause;
            entity.Tell(this);
        }
    }
}
