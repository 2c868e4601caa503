using ActorEvents.Hosting;
using ActorEvents.Journal;
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
