using ActorEvents.Handlers;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>All nodes of a cluster are told to stop at the same time.</summary>
public sealed class A_cluster_that_stops : IAsyncLifetime
{
    private const int Events = 200;
    private readonly LogLines _log = new();
    private readonly HostedNodes _nodes;

    public A_cluster_that_stops() => _nodes = new HostedNodes { Log = _log };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _nodes.DisposeAsync().AsTask();

    /// <summary>The one with the singletons offered them to nodes that had gone, until the stop ran out of time after 10 s; a container is killed then.</summary>
    [Fact]
    public async Task None_of_its_nodes_waits_for_another_one_to_take_over()
    {
        var source = new ListSource("list", Events, i => $"k{i % 10}") { Placement = SourcePlacement.Singleton };
        var first = await StartAsync();
        await StartAsync();
        await StartAsync();
        await Poll.UntilAsync(async () => (await first.Journal.Positions.ReadAsync(source.Stream.Name, CancellationToken.None))?.Next == Events);

        await _nodes.StopTogetherAsync();

        Assert.DoesNotContain(_log.All, l => l.Contains("timed out", StringComparison.Ordinal));

        Task<Hosting.ActorEventsNode> StartAsync() =>
            _nodes.StartAsync(b => b.AddHandler("totals", new SwitchHandler(), h => h.Handles("number").StateEvent<Counted>("counted")).AddSource(source));
    }
}
