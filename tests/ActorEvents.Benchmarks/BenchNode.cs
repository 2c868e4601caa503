using ActorEvents.Events;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Tail;
using ActorEvents.Relay;
using ActorEvents.Scenarios.DataPath;
using ActorEvents.Sources;
using Akka;
using Akka.Actor;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks;

/// <summary>One node's data path, without host: its journal, its regions, a relay if there is a destination, and a group per run.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly JournalTail _tail;
    private readonly Hosting.DataPath _path;
    private int _runs;

    private BenchNode(ActorSystem system, JournalDatabase journal, JournalTail tail, Hosting.DataPath path)
    {
        (System, Journal) = (system, journal);
        (_tail, _path) = (tail, path);
    }

    public ActorSystem System { get; }

    public JournalDatabase Journal { get; }

    public static async Task<BenchNode> StartAsync(JournalOptions options, Action<ActorEventsBuilder> configure, Func<IRelayDestination>? destination = null)
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions());
        configure(builder);
        var journal = await JournalDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        var system = await BareSystem.StartAsync(builder.Options, journal);
        var tail = new JournalTail(journal.Reader, builder.Options.Relay.PollInterval, TimeProvider.System, NullLogger.Instance);
        return new BenchNode(system, journal, tail, await Hosting.DataPath.StartAsync(system, builder, journal, tail, destination, TimeProvider.System, NullLoggerFactory.Instance));
    }

    /// <summary>Sends events through, timed from the start of the group until all are settled and committed.</summary>
    public async Task<Round> TimeAsync(EventEnvelope[] events, StreamId stream)
    {
        var done = new TaskCompletionSource();
        IActorRef group = ActorRefs.Nobody;
        var round = await Alternating.TimeAsync(events.Length, () =>
        {
            group = Attach(new ArraySource(stream, events, done));
            return done.Task;
        });
        await group.GracefulStop(TimeSpan.FromSeconds(10));
        return round;
    }

    /// <summary>Starts a group with one source.</summary>
    public IActorRef Attach(IEventSource source) => _path.StartGroup([source], $"events-{_runs++}");

    /// <summary>Events over some keys, each run with a stream of its own.</summary>
    public static (StreamId Stream, EventEnvelope[] Events) Make(int count, int keys, int run)
    {
        var stream = StreamId.ForPartition("bench", "array", $"run{run}", 0);
        var data = new byte[100];
        var names = Enumerable.Range(0, keys).Select(k => $"key-{k}").ToArray();
        var events = new EventEnvelope[count];
        for (var i = 0; i < count; i++)
        {
            events[i] = new EventEnvelope
            {
                Id = "id",
                Source = "/bench",
                Type = "bench.event",
                Key = names[i % keys],
                Data = data,
                Position = new EventPosition(stream, i),
                Size = 120,
            };
        }

        return (stream, events);
    }

    public async ValueTask DisposeAsync()
    {
        _path.Dispose();
        await System.Terminate();
        await _tail.DisposeAsync();
        await Journal.DisposeAsync();
    }

    private sealed class ArraySource(StreamId stream, EventEnvelope[] events, TaskCompletionSource done) : IEventSource
    {
        public string Name => "bench";

        public SourcePlacement Placement => SourcePlacement.EveryNode;

        public string Describe => "an array";

        public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, stream, events, done));

        private sealed class Reader : SourceActor
        {
            private readonly TaskCompletionSource _done;

            public Reader(SourceContext context, StreamId stream, EventEnvelope[] events, TaskCompletionSource done)
                : base(context)
            {
                _done = done;
                OpenLane(stream, new CommittedPosition(stream.Name, 0), Akka.Streams.Dsl.Source.From(Batches(events)));
            }

            protected override void OnCompleted(StreamId stream, long next) => _done.TrySetResult();

            private static IEnumerable<IReadOnlyList<SourceRecord>> Batches(EventEnvelope[] events)
            {
                for (var i = 0; i < events.Length; i += 500)
                {
                    var batch = new SourceRecord[Math.Min(500, events.Length - i)];
                    for (var j = 0; j < batch.Length; j++)
                    {
                        batch[j] = new SourceRecord(i + j, events[i + j], null);
                    }

                    yield return batch;
                }
            }
        }
    }
}
