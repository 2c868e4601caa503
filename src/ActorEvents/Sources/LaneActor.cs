using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources;

/// <summary>
/// The reader of one stream, for one session: takes batches from the source's stream, takes credits, publishes <see cref="Emitted"/> on the EventStream,
/// keeps who still owes what, and has the contiguous mark committed. No credit: the batch is not acknowledged, and the stream is not pulled.
/// </summary>
internal sealed class LaneActor : ReceiveActor, IWithTimers
{
    private const int DeadLetterDebt = 63;
    private const int MaxKnownTypes = 1_024;

    private readonly SourceContext _context;
    private readonly StreamId _stream;
    private readonly ILogger _log;
    private readonly LaneTracker _tracker;
    private readonly LaneSession _session;
    private readonly ulong _everybody;
    private readonly List<EventEnvelope> _emit = [];
    private readonly List<DeadLetter> _dead = [];
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly RepeatedErrors _spanReached;

    private IReadOnlyList<SourceRecord> _batch = [];
    private int _next;
    private bool _taken;
    private IActorRef _upstream = ActorRefs.Nobody;
    private bool _ended;
    private bool _closed;
    private long _committed;
    private bool _committing;
    private IActorRef? _drainedTo;
    private ulong _opening;
    private long _sequence;
    private bool _pulling;

    public LaneActor(SourceContext context, StreamId stream, CommittedPosition start)
    {
        _context = context;
        _stream = stream;
        _log = context.Logging.CreateLogger($"ActorEvents.Sources.{context.Name}");
        _tracker = new LaneTracker(context.Flow, start.Next, start.Resume);
        _committed = start.Next;
        _session = new LaneSession(stream, Self, start.Next);
        foreach (var subscription in context.Subscriptions)
        {
            _everybody |= 1UL << subscription.Index;
        }

        _opening = _everybody;
        _spanReached = new RepeatedErrors(context.Time);
        Receive<Begin>(_ =>
        {
            _upstream = Sender;
            PullFirst();
        });
        Receive<SessionOpened>(m =>
        {
            _opening &= ~(1UL << m.Subscription);
            PullFirst();
        });
        Receive<IReadOnlyList<SourceRecord>>(batch =>
        {
            (_batch, _next, _taken) = (batch, 0, true);
            Progress();
        });
        Receive<Settled>(m =>
        {
            if (ReferenceEquals(m.Session, _session))
            {
                _tracker.Settle(m.Subscription, m.Positions);
                Progress();
            }
        });
        Receive<PositionCommitted>(m =>
        {
            _committed = Math.Max(_committed, m.Position.Next);
            _committing = false;
            Context.Parent.Tell(new LaneCommitted(_stream, _committed));
            Progress();
        });
        Receive<DeadLettersStored>(m =>
        {
            Metrics.DeadLettered(_context.Name, m.Positions.Length);
            _tracker.Settle(DeadLetterDebt, m.Positions);
            Progress();
        });
        Receive<End>(_ =>
        {
            _ended = true;
            Progress();
        });
        Receive<Broken>(m =>
        {
            Log.LaneFailed(_log, _stream.Name, m.Cause.Message);
            throw new SourceStreamException(_stream, m.Cause);
        });
        Receive<DrainLane>(m =>
        {
            _drainedTo = Sender;
            _batch = [];
            _next = 0;
            Timers.StartSingleTimer(DrainOver.Instance, DrainOver.Instance, m.Deadline);
            Progress();
        });
        Receive<DrainOver>(_ => Close("drain deadline"));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Log.LaneOpened(_log, _stream.Name, _session.Start);
        foreach (var subscription in _context.Subscriptions)
        {
            subscription.Actor.Tell(new OpenSession(_session));
        }

        Metrics.LaneOpened(this, _stream.Name, () => (_tracker.InFlight, _tracker.BytesInFlight, _tracker.Tracked));
    }

    protected override void PostStop()
    {
        Metrics.LaneClosed(this);
        if (!_closed)
        {
            Close("stopped");
        }
    }

    /// <summary>The first batch is pulled once the stream runs and every subscription of the list listens.</summary>
    private void PullFirst()
    {
        if (_opening == 0 && !_upstream.IsNobody() && !_pulling)
        {
            _pulling = true;
            _upstream.Tell(Pulled.Instance);
        }
    }

    /// <summary>Emits what credits and span allow; the rest of the batch waits, and the stream with it.</summary>
    private void Emit()
    {
        while (_next < _batch.Count && _drainedTo is null && _tracker.HasRoom(_batch[_next].Size))
        {
            var record = _batch[_next++];
            if (record.Event is { } envelope)
            {
                _tracker.Add(record.Number, _everybody, record.Size, record.Resume);
                Known(envelope);
                _emit.Add(envelope);
                if (_emit.Count >= _context.Flow.EmitBatch)
                {
                    Publish();
                }
            }
            else
            {
                _tracker.Add(record.Number, 1UL << DeadLetterDebt, record.Size, record.Resume);
                _dead.Add(record.Dead!);
            }
        }

        Publish();
        StoreDead();
        if (_next < _batch.Count && _tracker.Tracked >= _context.Flow.Span && _tracker.InFlight < _context.Flow.MaxEvents && _spanReached.IsWorthSaying(""))
        {
            var owing = _context.Subscriptions.Where(s => (_tracker.Awaited & (1UL << s.Index)) != 0).Select(s => s.Handler);
            Log.SpanReached(_log, _stream.Name, _tracker.Tracked, _tracker.Mark, string.Join(", ", owing));
        }

        if (_taken && _next == _batch.Count)
        {
            (_batch, _next, _taken) = ([], 0, false);
            if (_drainedTo is null)
            {
                _upstream.Tell(Pulled.Instance);
            }
        }
    }

    private void Publish()
    {
        if (_emit.Count == 0)
        {
            return;
        }

        EventEnvelope[] events = [.. _emit];
        _emit.Clear();
        Metrics.Emitted(_context.Name, events.Length);
        Context.System.EventStream.Publish(new Emitted(_session, _sequence++, events));
    }

    private void Progress()
    {
        if (_closed)
        {
            return;
        }

        Emit();
        if (_tracker.Mark > _committed && !_committing)
        {
            _committing = true;
            _context.Committer.Tell(new CommitPosition(new CommittedPosition(_stream.Name, _tracker.Mark, _tracker.MarkResume)));
        }

        if (_tracker.Tracked > 0 || _committed < _tracker.Mark)
        {
            return;
        }

        if (_drainedTo is not null)
        {
            Close("drained");
        }
        else if (_ended && _batch.Count == 0)
        {
            Context.Parent.Tell(new LaneCompleted(_stream, _committed));
            Close("end of stream");
        }
    }

    private void Close(string reason)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        foreach (var subscription in _context.Subscriptions)
        {
            subscription.Actor.Tell(new CloseSession(_session));
        }

        Log.LaneClosed(_log, _stream.Name, reason, _committed, _tracker.InFlight);
        _drainedTo?.Tell(new LaneDrained(_stream, _committed, _tracker.InFlight));
        Context.Stop(Self);
    }

    private void StoreDead()
    {
        if (_dead.Count > 0)
        {
            _context.DeadLetterWriter.Tell(new StoreDeadLetters(_session, [.. _dead]));
            _dead.Clear();
        }
    }

    /// <summary>Says once per type that nobody handles it.</summary>
    private void Known(EventEnvelope envelope)
    {
        if (_types.Count < MaxKnownTypes && _types.Add(envelope.Type) && !_context.Subscriptions.Any(s => s.Concerns(envelope)))
        {
            Log.UnknownType(_log, envelope.Type, _stream.Name, envelope.Position.Number);
        }
    }

    /// <summary>First message of the stream.</summary>
    internal sealed record Begin
    {
        public static Begin Instance { get; } = new();
    }

    /// <summary>The acknowledgement that pulls the next batch.</summary>
    internal sealed record Pulled
    {
        public static Pulled Instance { get; } = new();
    }

    /// <summary>The stream completed.</summary>
    internal sealed record End
    {
        public static End Instance { get; } = new();
    }

    /// <summary>The stream failed.</summary>
    internal sealed record Broken(Exception Cause);

    private sealed record DrainOver
    {
        public static DrainOver Instance { get; } = new();
    }
}

/// <summary>What a source reads from failed; its source starts again from the committed position.</summary>
public sealed class SourceStreamException(StreamId stream, Exception cause) : Exception($"Stream {stream} failed: {cause.Message}", cause);
