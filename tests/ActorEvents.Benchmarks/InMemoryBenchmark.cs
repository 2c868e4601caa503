using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorEvents.Benchmarks;

/// <summary>Source → EventStream → subscription → handler without journal → settle, against a bare shard region: tell and acknowledge, as many in flight.</summary>
internal static class InMemoryBenchmark
{
    private const int Events = 1_500_000;
    private const int Keys = 1_000;
    private const int InFlight = 8_192;

    public static async Task<BenchmarkResult> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ae-bench-");
        try
        {
            await using var node = await BenchNode.StartAsync(
                new JournalOptions { SqliteFile = Path.Combine(folder.FullName, "journal.db") },
                b =>
                {
                    // The end of a round is a commit: what it waits for is no work of the path.
                    b.Options.Flow.CommitInterval = TimeSpan.FromMilliseconds(20);
                    b.AddHandler("bench", new VolatileCounter(), h => h.WithDurability(Durability.None).StateEvent<Seen>("seen"));
                });
            var sharding = ClusterSharding.Get(node.System);
            var bare = await sharding.StartAsync(
                "bare", _ => Props.Create<Acknowledger>(), ClusterShardingSettings.Create(node.System), new EntityRegion(60),
                sharding.DefaultShardAllocationStrategy(ClusterShardingSettings.Create(node.System)), PoisonPill.Instance);
            var run = 0;
            return await Alternating.RunAsync(
                "in-memory", "bare shard region, tell + ack",
                async () =>
                {
                    var (stream, events) = BenchNode.Make(Events, Keys, run++);
                    return await node.TimeAsync(events, stream);
                },
                async () =>
                {
                    var done = new TaskCompletionSource();
                    return await Alternating.TimeAsync(Events, async () =>
                    {
                        node.System.ActorOf(Props.Create(() => new Sender(bare, done)));
                        await done.Task;
                    });
                });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record Ping(EntityKey Key, long Number) : IEntityMessage;

    private sealed record Ack(long Number);

    private sealed class Acknowledger : UntypedActor
    {
        private long _last;

        protected override void OnReceive(object message)
        {
            if (message is Ping ping)
            {
                _last = ping.Number;
                Sender.Tell(new Ack(_last));
            }
        }
    }

    private sealed class Sender : UntypedActor
    {
        private readonly IActorRef _region;
        private readonly TaskCompletionSource _done;
        private readonly EntityKey[] _keys = [.. Enumerable.Range(0, Keys).Select(k => new EntityKey($"key-{k}"))];
        private int _sent;
        private int _acknowledged;

        public Sender(IActorRef region, TaskCompletionSource done)
        {
            _region = region;
            _done = done;
        }

        protected override void PreStart()
        {
            while (_sent < InFlight)
            {
                Send();
            }
        }

        protected override void OnReceive(object message)
        {
            if (++_acknowledged == Events)
            {
                _done.TrySetResult();
                Context.Stop(Self);
            }
            else if (_sent < Events)
            {
                Send();
            }
        }

        private void Send() => _region.Tell(new Ping(_keys[_sent % Keys], _sent++));
    }
}
