using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources;

/// <summary>
/// Base of all source actors: owns one lane per thing that is ordered. A derived class opens lanes; it fails (throws) when what it reads from fails,
/// and the group starts it again with back-off from the committed positions.
/// </summary>
public abstract class SourceActor : ReceiveActor, IWithTimers
{
    private readonly Dictionary<StreamId, IActorRef> _lanes = [];
    private readonly Dictionary<IActorRef, StreamId> _streams = [];
    private readonly List<(IActorRef ReplyTo, HashSet<IActorRef> Waiting, List<LaneDrained> Results, bool Whole)> _drains = [];
    private readonly HashSet<IActorRef> _reopening = [];
    private readonly HashSet<string> _pausedStreams;
    private readonly PauseValve _valve;
    private bool _draining;
    private bool _held;
    private bool _reads;
    private int _lanesMade;

    protected SourceActor(SourceContext context)
    {
        Source = context;
        (_valve, _pausedStreams) = (new PauseValve(context.Paused), [.. context.PausedStreams]);
        Logger = context.Logging.CreateLogger($"ActorEvents.Sources.{context.Name}");
        Receive<DrainLanes>(m => Drain([.. m.Streams.Where(_lanes.ContainsKey).Select(s => _lanes[s])], m.Deadline, whole: false));
        Receive<CloseLanes>(m =>
        {
            foreach (var stream in m.Streams)
            {
                if (_lanes.TryGetValue(stream, out var lane))
                {
                    Context.Stop(lane);
                }
            }
        });
        Receive<DrainSource>(m =>
        {
            _draining = true;
            var stopped = StopReadingAsync();
            _reads = !stopped.IsCompletedSuccessfully;
            if (_reads)
            {
                stopped.PipeTo(Self, success: () => ReadingStopped.Instance);
            }

            Drain([.. _lanes.Values], m.Deadline, whole: true);
        });
        Receive<ReadingStopped>(_ =>
        {
            _reads = false;
            FinishDrains();
        });
        Receive<ReopenLane>(m =>
        {
            // Not from a lane that has been replaced.
            if (_lanes.TryGetValue(m.Stream, out var lane) && lane.Equals(Sender))
            {
                _reopening.Add(lane);
                Context.Stop(lane);
            }
        });
        Receive<PauseSource>(m =>
        {
            _valve.Paused = m.Paused;
            PauseLanes(_lanes.Keys);
        });
        Receive<HoldSource>(m =>
        {
            if (m.Held != _held)
            {
                _held = m.Held;
                PauseLanes(_lanes.Keys);
            }
        });
        Receive<PauseStream>(m =>
        {
            _ = m.Paused ? _pausedStreams.Add(m.Stream) : _pausedStreams.Remove(m.Stream);
            PauseLanes(_lanes.Keys.Where(s => s.Name == m.Stream));
        });
        Receive<GetSourceStatus>(_ =>
        {
            (string, IActorRef)[] lanes = [.. _lanes.Select(l => (l.Key.Name, l.Value))];
            var (name, paused, draining) = (Source.Name, _valve.Paused, _draining);
            Question.AskAllAsync<LaneStatus>(lanes, GetLaneStatus.Instance, Question.OfLanes).PipeTo(
                Sender, Self, answers => new SourceStatus(name, paused, draining, answers.Answers, answers.Silent));
        });
        Receive<LaneDrained>(m => Report(Sender, m));
        Receive<LaneCommitted>(m => OnCommitted(m.Stream, m.Next));
        Receive<LaneFreed>(m => OnSettled(m.Stream, m.Session, m.Positions));
        Receive<LaneCompleted>(m => OnCompleted(m.Stream, m.Next));
        Receive<Terminated>(m =>
        {
            var again = _reopening.Remove(m.ActorRef);
            if (_streams.Remove(m.ActorRef, out var stream) && _lanes.TryGetValue(stream, out var lane) && lane.Equals(m.ActorRef))
            {
                _lanes.Remove(stream);
                if (again && !_draining)
                {
                    ReopenLane(stream);
                }
            }

            Report(m.ActorRef, null);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected SourceContext Source { get; }

    protected ILogger Logger { get; }

    /// <summary>True once the group has asked this source to drain: open no lane any more.</summary>
    protected bool Draining => _draining;

    /// <summary>Opens the lane of a stream: a new session from <paramref name="start"/>. An older lane of the same stream is ended first.</summary>
    /// <param name="start">The committed position; the caller has committed it if it has just chosen it.</param>
    /// <param name="records">Batches, ascending. Pulled only while credits allow; its failure fails this actor.</param>
    protected void OpenLane(StreamId stream, CommittedPosition start, Source<IReadOnlyList<SourceRecord>, NotUsed> records) =>
        OpenLane(new LaneReading(stream, start, Settlement.Mark), records);

    /// <summary>
    /// Opens the lane of a stream without positions (a queue): what is settled is acknowledged each by <see cref="OnSettled"/>. The lane's credits are what may be unacknowledged.
    /// </summary>
    /// <param name="session">Above the numbers of all earlier sessions of the stream, on whichever node.</param>
    /// <param name="records">Batches; the numbers of the records grow from 0 on in the order of arrival.</param>
    protected void OpenLane(StreamId stream, long session, Source<IReadOnlyList<SourceRecord>, NotUsed> records) =>
        OpenLane(new LaneReading(stream, new CommittedPosition(stream.Name, 0), Settlement.Each, session), records);

    /// <summary>
    /// For a graph that this actor runs beside lanes (into a broker, say): put it where the graph shall stand still while the source is paused. Nothing passes then but the one
    /// element that was asked for before. Where it ends a drain by a kill switch, that belongs behind the valve. Lanes need none: they are paused by themselves.
    /// </summary>
    protected Flow<T, T, NotUsed> Valve<T>() => _valve.Flow<T>();

    private void OpenLane(LaneReading reading, Source<IReadOnlyList<SourceRecord>, NotUsed> records)
    {
        var stream = reading.Stream;
        if (_lanes.Remove(stream, out var old))
        {
            Context.Stop(old);
        }

        var paused = IsPaused(stream);
        var lane = Context.ActorOf(
            Props.Create(() => new LaneActor(Source, reading, paused)),
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"lane-{_lanesMade++}"));
        Context.Watch(lane);
        _lanes[stream] = lane;
        _streams[lane] = stream;

        // One batch waits beside the lane's own; by default the sink would read 16 ahead of the credits.
        records.RunWith(
            Sink.ActorRefWithAck<IReadOnlyList<SourceRecord>>(
                lane, LaneActor.Begin.Instance, LaneActor.Pulled.Instance, LaneActor.End.Instance, e => new LaneActor.Broken(e))
                .WithAttributes(Attributes.CreateInputBuffer(1, 1)),
            Source.Materializer);
    }

    private bool IsPaused(StreamId stream) => _held || _valve.Paused || _pausedStreams.Contains(stream.Name);

    private void PauseLanes(IEnumerable<StreamId> streams)
    {
        foreach (var stream in streams)
        {
            _lanes[stream].Tell(new PauseLane(IsPaused(stream)));
        }
    }

    /// <summary>
    /// Stop reading from outside; lanes drain meanwhile. Called once, at the drain of the whole source, which lasts until the task has completed, too. Its
    /// failure comes to this actor as <see cref="Status.Failure"/>.
    /// </summary>
    protected virtual Task StopReadingAsync() => Task.CompletedTask;

    /// <summary>
    /// A lane has asked to be read again, and has ended: open another one of the stream at its committed position. Unless overridden, this actor fails, so
    /// that all of the source is read again.
    /// </summary>
    protected virtual void ReopenLane(StreamId stream) =>
        throw new SourceStreamException(stream, new NotSupportedException($"source '{Source.Name}' cannot read one lane again, so it starts again as a whole"));

    /// <summary>A position of a lane is durable.</summary>
    protected virtual void OnCommitted(StreamId stream, long next)
    {
    }

    /// <summary>These positions of a session are settled by all handlers: acknowledge them. Never called for a stream with positions.</summary>
    protected virtual void OnSettled(StreamId stream, long session, IReadOnlyList<FreePosition> positions)
    {
    }

    /// <summary>A lane's stream ended and all of it is committed.</summary>
    protected virtual void OnCompleted(StreamId stream, long next)
    {
    }

    /// <summary>A lane that fails is a stream that failed: this actor fails with it and starts again as a whole.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    private void Drain(IActorRef[] lanes, TimeSpan deadline, bool whole)
    {
        var drain = (Sender, new HashSet<IActorRef>(lanes), new List<LaneDrained>(), whole);
        foreach (var lane in lanes)
        {
            lane.Tell(new DrainLane(deadline));
        }

        _drains.Add(drain);
        FinishDrains();
    }

    private void Report(IActorRef lane, LaneDrained? result)
    {
        foreach (var (_, waiting, results, _) in _drains)
        {
            if (waiting.Remove(lane) && result is not null)
            {
                results.Add(result);
            }
        }

        FinishDrains();
    }

    private void FinishDrains()
    {
        for (var i = _drains.Count - 1; i >= 0; i--)
        {
            var (replyTo, waiting, results, whole) = _drains[i];
            if (waiting.Count > 0 || (whole && _reads))
            {
                continue;
            }

            _drains.RemoveAt(i);
            replyTo.Tell(whole ? new SourceDrained(Source.Name, results) : new LanesDrained(results));
            if (whole)
            {
                Context.Stop(Self);
            }
        }
    }

    private sealed record ReadingStopped
    {
        public static ReadingStopped Instance { get; } = new();
    }
}
