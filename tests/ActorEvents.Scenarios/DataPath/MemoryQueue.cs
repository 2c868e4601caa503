using ActorEvents.Events;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>
/// A queue in memory as a source without positions: messages in order, each acknowledged by its delivery tag; what a session has not acknowledged goes back to its place when
/// the session ends, and comes again under other tags.
/// </summary>
internal sealed class MemoryQueue(string name, IReadOnlyList<(string Id, string Key)> messages) : IEventSource
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _acknowledged = [];
    private readonly List<int> _tags = [];
    private int _next;
    private int _session;
    private int _redelivered;

    public string Name => name;

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => "a queue in memory";

    public StreamId Stream { get; } = new($"{name}/queue", $"{name}/queue");

    public int Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged.Count;
            }
        }
    }

    /// <summary>Messages that came more than once.</summary>
    public int Redelivered => Volatile.Read(ref _redelivered);

    /// <summary>Acknowledged more than once, or by a session that had ended.</summary>
    public int WrongAcknowledgements { get; private set; }

    public int Sessions => Volatile.Read(ref _session);

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, this));

    /// <summary>Ends the session that there is: its tags are void, and what it has not acknowledged comes again.</summary>
    private long Begin()
    {
        lock (_lock)
        {
            _redelivered += _tags.Count(m => !_acknowledged.Contains(m));
            _tags.Clear();
            _next = 0;
            return Interlocked.Increment(ref _session);
        }
    }

    private SourceRecord[] Take(long session, int most)
    {
        lock (_lock)
        {
            var records = new List<SourceRecord>();
            for (; session == _session && _next < messages.Count && records.Count < most; _next++)
            {
                if (!_acknowledged.Contains(_next))
                {
                    var tag = _tags.Count;
                    _tags.Add(_next);
                    var (id, key) = messages[_next];
                    records.Add(new SourceRecord(
                        tag, new EventEnvelope { Id = id, Source = "/queue", Type = "number", Key = key, Position = new EventPosition(Stream, tag), Size = 100 }, null, tag));
                }
            }

            return [.. records];
        }
    }

    private void Acknowledge(long session, IEnumerable<FreePosition> positions)
    {
        lock (_lock)
        {
            foreach (var position in positions)
            {
                WrongAcknowledgements += session == _session && _acknowledged.Add(_tags[(int)position.Resume]) ? 0 : 1;
            }
        }
    }

    private sealed class Reader : SourceActor
    {
        private readonly MemoryQueue _queue;
        private long _session;

        public Reader(SourceContext context, MemoryQueue queue)
            : base(context)
        {
            _queue = queue;
            Open();
        }

        protected override void ReopenLane(StreamId stream) => Open();

        protected override void OnSettled(StreamId stream, long session, IReadOnlyList<FreePosition> positions)
        {
            if (session == _session)
            {
                _queue.Acknowledge(session, positions);
            }
        }

        private void Open()
        {
            _session = _queue.Begin();
            var session = _session;
            OpenLane(_queue.Stream, session, Akka.Streams.Dsl.Source.FromGraph(new AsyncBatchStage<IReadOnlyList<SourceRecord>>(_ => ReadAsync(session))));
        }

        private async IAsyncEnumerable<IReadOnlyList<SourceRecord>> ReadAsync(long session)
        {
            while (_queue.Take(session, 7) is { Length: > 0 } records)
            {
                yield return records;
                await Task.Yield();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        }
    }
}
