using ActorEvents.Benchmarks.Events;
using ActorEvents.Events;
using ActorEvents.Handlers;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

namespace ActorEvents.Benchmarks.InMemory;

/// <summary>A shard region by itself in a system of its own, whose entities acknowledge what they are told.</summary>
internal sealed class BareRegion : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly IActorRef _region;

    private BareRegion(ActorSystem system, IActorRef region) => (_system, _region) = (system, region);

    /// <param name="oneThread">Its actors share a thread; else they have the thread pool, as usual.</param>
    public static async Task<BareRegion> StartAsync(string name, bool oneThread)
    {
        var config = ConfigurationFactory.ParseString("""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              cluster.sharding { state-store-mode = ddata, distributed-data.durable.keys = [] }
            }
            """);
        if (oneThread)
        {
            config = ConfigurationFactory.ParseString("akka.actor.default-dispatcher { type = ForkJoinDispatcher, dedicated-thread-pool { thread-count = 1, threadtype = background } }")
                .WithFallback(config);
        }

        var system = ActorSystem.Create(name, config.WithFallback(ClusterSharding.DefaultConfig()).WithFallback(ClusterSingleton.DefaultConfig()));
        var cluster = Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress);
        var (sharding, settings) = (ClusterSharding.Get(system), ClusterShardingSettings.Create(system));
        var region = await sharding.StartAsync(
            "bare", _ => Props.Create<Acknowledger>(), settings, new EntityRegion(60), sharding.DefaultShardAllocationStrategy(settings), PoisonPill.Instance);
        return new BareRegion(system, region);
    }

    public async Task<Round> TimeAsync(int messages, int inFlight)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return await Alternating.TimeAsync(messages, async () =>
        {
            _system.ActorOf(Props.Create(() => new Sender(_region, messages, inFlight, done)));
            await done.Task;
        });
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

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

    private sealed class Sender(IActorRef region, int messages, int inFlight, TaskCompletionSource done) : UntypedActor
    {
        private readonly EntityKey[] _keys = [.. Enumerable.Range(0, 1_000).Select(k => new EntityKey(EventLedger.Spread(k)))];
        private int _sent;
        private int _acknowledged;

        protected override void PreStart()
        {
            while (_sent < inFlight)
            {
                Send();
            }
        }

        protected override void OnReceive(object message)
        {
            if (++_acknowledged == messages)
            {
                done.TrySetResult();
                Context.Stop(Self);
            }
            else if (_sent < messages)
            {
                Send();
            }
        }

        private void Send() => region.Tell(new Ping(_keys[_sent % _keys.Length], _sent++));
    }
}
