using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources;

/// <summary>What a lane reads, from where, and how it says what is settled.</summary>
/// <param name="Start">The committed position (<see cref="Settlement.Mark"/>).</param>
/// <param name="Session">Of a stream without positions the number of this session, above those of all earlier ones; else 0.</param>
internal sealed record LaneReading(StreamId Stream, CommittedPosition Start, Settlement Settlement, long Session = 0);

/// <summary>
/// Runs the <see cref="LaneFlow"/> of one stream for one session, between the source's stream, the EventStream and the committer. No credit: the batch is not
/// acknowledged, and the stream is not pulled.
/// </summary>
internal sealed class LaneActor : ReceiveActor, IWithTimers, ILaneOutput
{
    private const int MaxKnownTypes = 1_024;

    private readonly SourceContext _context;
    private readonly StreamId _stream;
    private readonly ILogger _log;
    private readonly LaneSession _session;
    private readonly LaneFlow _flow;
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly RepeatedErrors _spanReached;
    private string? _lastType;
    private IActorRef _upstream = ActorRefs.Nobody;
    private IActorRef? _drainedTo;

    public LaneActor(SourceContext context, LaneReading reading, bool paused = false)
    {
        _context = context;
        _stream = reading.Stream;
        _log = context.Logging.CreateLogger($"ActorEvents.Sources.{context.Name}");
        _session = new LaneSession(_stream, Self, reading.Start.Next, reading.Session, reading.Session == 0 ? 0 : context.Flow.MaxEvents);
        _flow = new LaneFlow(
            context.Flow, reading.Settlement, (reading.Start.Next, reading.Start.Resume), [.. context.Subscriptions.Select(s => s.Handler)], paused, this);
        _spanReached = new RepeatedErrors(context.Time);

        Receive<Settled>(m =>
        {
            if (ReferenceEquals(m.Session, _session))
            {
                _flow.Settled(m.Subscription, m.Positions);
            }
        });
        Receive<Begin>(_ =>
        {
            _upstream = Sender;
            _flow.Begin();
        });
        Receive<SessionOpened>(m => _flow.Opened(m.Subscription));
        Receive<IReadOnlyList<SourceRecord>>(_flow.Batch);
        Receive<PositionCommitted>(m =>
        {
            Context.Parent.Tell(new LaneCommitted(_stream, m.Position.Next));
            _flow.Committed(m.Position.Next);
        });
        Receive<DeadLettersStored>(m =>
        {
            Metrics.DeadLettered(_context.Name, m.Positions.Length);
            _flow.Stored(m.Positions);
        });
        Receive<HoldSession>(m => _flow.Hold(m.Subscription));
        Receive<RereadSession>(_ => Context.Parent.Tell(new ReopenLane(_stream)));
        Receive<PauseLane>(m => _flow.Pause(m.Paused));
        Receive<GetLaneStatus>(_ => Sender.Tell(_flow.GetStatus(_stream.Name)));
        Receive<End>(_ => _flow.End());
        Receive<Broken>(m =>
        {
            Log.LaneFailed(_log, _stream.Label, m.Cause.Message);
            throw new SourceStreamException(_stream, m.Cause);
        });
        Receive<DrainLane>(m =>
        {
            _drainedTo = Sender;
            Timers.StartSingleTimer(DrainOver.Instance, DrainOver.Instance, m.Deadline);
            _flow.Drain();
        });
        Receive<DrainOver>(_ => _flow.Close(LaneEnd.DrainDeadline));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    void ILaneOutput.Pull() => _upstream.Tell(Pulled.Instance);

    void ILaneOutput.Emit(long sequence, EventEnvelope[] events)
    {
        SayUnknownTypes(events);
        Receiving.Emits(_context, _stream, events);
        Context.System.EventStream.Publish(new Emitted(_session, sequence, events));
    }

    void ILaneOutput.Store(DeadLetter[] letters) => _context.DeadLetterWriter.Tell(new StoreDeadLetters(_session, letters));

    void ILaneOutput.Commit(long next, long resume) => _context.Committer.Tell(new CommitPosition(new CommittedPosition(_stream.Name, next, resume)));

    void ILaneOutput.Acknowledge(FreePosition[] positions) => Context.Parent.Tell(new LaneFreed(_stream, _session.Number, positions));

    void ILaneOutput.SpanReached(IEnumerable<string> owing)
    {
        if (_spanReached.IsWorthSaying(""))
        {
            var status = _flow.GetStatus(_stream.Name);
            Log.SpanReached(_log, _stream.Label, status.Tracked, status.Committed, string.Join(", ", owing));
        }
    }

    void ILaneOutput.Completed(long committed) => Context.Parent.Tell(new LaneCompleted(_stream, committed));

    void ILaneOutput.Closed(LaneEnd why)
    {
        foreach (var subscription in _context.Subscriptions)
        {
            subscription.Actor.Tell(new CloseSession(_session));
        }

        Log.LaneClosed(_log, _stream.Label, Words(why), _flow.CommittedUpTo, _flow.InFlight);
        _drainedTo?.Tell(new LaneDrained(_stream, _flow.CommittedUpTo, _flow.InFlight));
        Context.Stop(Self);
    }

    protected override void PreStart()
    {
        Log.LaneOpened(_log, _stream.Label, _session.Start, _stream.Name);
        foreach (var subscription in _context.Subscriptions)
        {
            subscription.Actor.Tell(new OpenSession(_session));
        }
    }

    protected override void PostStop() => _flow.Close(LaneEnd.Stopped);

    private static string Words(LaneEnd why) => why switch
    {
        LaneEnd.Drained => "drained",
        LaneEnd.DrainDeadline => "drain deadline",
        LaneEnd.EndOfStream => "end of stream",
        _ => "stopped",
    };

    /// <summary>Says once per type that nobody handles it.</summary>
    private void SayUnknownTypes(EventEnvelope[] events)
    {
        foreach (var envelope in events)
        {
            // Types come from a cache, so that most are the one before.
            if (ReferenceEquals(envelope.Type, _lastType))
            {
                continue;
            }

            _lastType = envelope.Type;
            if (_types.Count < MaxKnownTypes && _types.Add(envelope.Type) && !_context.Subscriptions.Any(s => s.Concerns(envelope)))
            {
                Log.UnknownType(_log, envelope.Type, _stream.Label, envelope.Position.Number);
            }
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
internal sealed class SourceStreamException(StreamId stream, Exception cause) : Exception($"Stream {stream} failed: {cause.Message}", cause);
