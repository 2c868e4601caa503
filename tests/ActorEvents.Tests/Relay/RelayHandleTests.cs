using ActorEvents.Relay;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Relay;

public sealed class RelayHandleTests() : TestKit("""
    akka { loglevel = WARNING, actor.provider = cluster, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
    """)
{
    [Fact]
    public async Task The_singleton_of_a_cluster_publishes_what_an_entity_signals_and_answers_through_its_proxy()
    {
        var limit = TimeSpan.FromSeconds(30);
        var bench = new RelayBench();
        bench.Options.PollInterval = TimeSpan.FromMinutes(10);
        var cluster = Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        using var relay = RelayHandle.Start(Sys, bench.Settings with { Time = TimeProvider.System });
        await relay.Proxy.Ask<RelayFlushed>(new FlushRelay(limit), limit);

        bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        relay.Signal.Appended();
        await Poll.UntilAsync(() => bench.Broker.Records("t").Count == 1);
        var flushed = await relay.Proxy.Ask<RelayFlushed>(new FlushRelay(limit), limit);
        Assert.True(flushed.Complete, flushed.ToString());

        // Leaving in an orderly way closes the destination.
        await CoordinatedShutdown.Get(Sys).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        Assert.Equal(0, bench.Broker.Open);
    }
}
