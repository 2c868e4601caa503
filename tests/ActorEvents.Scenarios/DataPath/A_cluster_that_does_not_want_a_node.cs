using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Scenarios.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Scenarios.DataPath;

public sealed class A_cluster_that_does_not_want_a_node : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>It waited 25 s for actors that were gone, and then said that it had never run.</summary>
    [Fact]
    public async Task A_node_that_its_cluster_removes_says_so_and_stops()
    {
        using var host = await StartAsync(new ActorEventsOptions());
        var node = host.Services.GetRequiredService<ActorEventsNode>();
        await node.Running.WaitAsync(Soon);
        var cluster = Cluster.Get(host.Services.GetRequiredService<ActorSystem>());

        cluster.Down(cluster.SelfAddress);
        await host.WaitForShutdownAsync().WaitAsync(Soon);

        Assert.Contains("removed from its cluster", Assert.IsType<RemovedFromClusterException>(node.Failure).Message, StringComparison.Ordinal);
        Assert.Null(node.Drained);
    }

    /// <summary>Both ran, each with entities of its own for the same keys.</summary>
    [Fact]
    public async Task A_node_with_another_number_of_shards_is_refused()
    {
        using var first = await StartAsync(new ActorEventsOptions { Events = { Shards = 60 } });
        await first.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon);
        var address = Cluster.Get(first.Services.GetRequiredService<ActorSystem>()).SelfAddress;
        using var second = await StartAsync(new ActorEventsOptions { Events = { Shards = 30 }, Cluster = { SeedNodes = [$"{address.Host}:{address.Port}"] } });

        var e = await Assert.ThrowsAsync<ClusterMismatchException>(() => second.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon));

        Assert.Contains("events.shards = 30", e.Message, StringComparison.Ordinal);
        Assert.Contains("has 60", e.Message, StringComparison.Ordinal);
        await second.WaitForShutdownAsync().WaitAsync(Soon);
        await first.StopAsync().WaitAsync(Soon);
    }

    /// <summary>Its messages were dropped without a word, and it waited for ever.</summary>
    [Fact]
    public async Task A_node_with_another_name_of_its_cluster_is_refused()
    {
        using var first = await StartAsync(new ActorEventsOptions());
        await first.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon);
        var address = Cluster.Get(first.Services.GetRequiredService<ActorSystem>()).SelfAddress;
        using var second = await StartAsync(new ActorEventsOptions { Cluster = { Name = "other", SeedNodes = [$"{address.Host}:{address.Port}"] } });

        var e = await Assert.ThrowsAsync<ClusterMismatchException>(() => second.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon));

        Assert.Contains("cluster.name = other on this node", e.Message, StringComparison.Ordinal);
        Assert.Contains("has actor-events", e.Message, StringComparison.Ordinal);
        await second.WaitForShutdownAsync().WaitAsync(Soon);
        await first.StopAsync().WaitAsync(Soon);
    }

    /// <summary>Each formed a cluster of its own, and both handled every key.</summary>
    [Fact]
    public async Task A_node_that_knows_no_other_is_refused_while_another_one_works_on_its_journal()
    {
        using var first = await StartAsync(new ActorEventsOptions());
        await first.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon);
        using var second = await StartAsync(new ActorEventsOptions());

        var e = await Assert.ThrowsAsync<ClusterMismatchException>(() => second.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon));

        Assert.Contains("Another node works on this journal", e.Message, StringComparison.Ordinal);
        await second.WaitForShutdownAsync().WaitAsync(Soon);
        await first.StopAsync().WaitAsync(Soon);
    }

    /// <summary>Seed nodes that are spelt in another way than the nodes spell themselves did not help either: the journal says where the cluster is.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_first_seed_node_that_comes_alone_joins_the_cluster_that_works_on_its_journal(string host)
    {
        using var first = await StartAsync(new ActorEventsOptions());
        await first.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon);
        var port = NodeProcess.FreePort();
        using var second = await StartAsync(new ActorEventsOptions { Cluster = { Port = port, SeedNodes = [$"{host}:{port}"] } });

        await second.Services.GetRequiredService<ActorEventsNode>().Running.WaitAsync(Soon);

        Assert.Equal(2, Cluster.Get(second.Services.GetRequiredService<ActorSystem>()).State.Members.Count);
        await second.StopAsync().WaitAsync(Soon);
        await first.StopAsync().WaitAsync(Soon);
    }

    private async Task<IHost> StartAsync(ActorEventsOptions options)
    {
        var journal = await JournalDatabase.OpenAsync(
            new JournalOptions { SqliteFile = Path.Combine(_folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddActorEvents(journal, _ => { }, options);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
