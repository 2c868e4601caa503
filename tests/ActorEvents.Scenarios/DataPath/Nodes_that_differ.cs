using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Two nodes of one cluster, as in a rolling deployment: the first lacks what the second has.</summary>
public sealed class Nodes_that_differ : IAsyncLifetime
{
    private const int Events = 200, Keys = 10;

    private readonly HostedNodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _nodes.DisposeAsync().AsTask();

    /// <summary>It settled them unhandled, and said that it was ready.</summary>
    [Fact]
    public async Task What_a_node_has_no_handler_for_is_not_settled_there_while_another_node_has_one()
    {
        var early = new ListSource("early", Events, i => $"k{i % Keys}") { Placement = SourcePlacement.Singleton };
        var first = await _nodes.StartAsync(_ => { });
        await _nodes.StartAsync(b => Totals(b));

        // Read by the third node alone, which lacks the handler, too.
        var third = await _nodes.StartAsync(b => b.AddSource(early));
        await Poll.UntilAsync(() => Task.FromResult(third.NotReady.Any(r => r.Contains("for handler 'totals' (which this node lacks", StringComparison.Ordinal))));

        Assert.Equal(0, (await first.Journal.Positions.ReadAsync(early.Stream.Name, CancellationToken.None))?.Next ?? 0);
    }

    /// <summary>Nothing was ever handled: the regions' coordinator belongs on the oldest node, which did not start one.</summary>
    [Fact]
    public async Task A_handler_and_a_source_that_the_oldest_node_lacks_run_where_they_are()
    {
        var late = new ListSource("late", Events, i => $"k{i % Keys}") { Placement = SourcePlacement.Singleton };
        var first = await _nodes.StartAsync(_ => { });
        await _nodes.StartAsync(b => Totals(b).AddSource(late));

        await Poll.UntilAsync(async () => (await first.Journal.Positions.ReadAsync(late.Stream.Name, CancellationToken.None))?.Next == Events);
    }

    [Fact]
    public async Task A_node_whose_source_of_a_name_takes_something_else_is_refused()
    {
        var first = await _nodes.StartAsync(b => b.AddSource(new TellingSource("till as shop.order-line")));

        var e = await Assert.ThrowsAsync<ClusterMismatchException>(() => _nodes.StartAsync(b => b.AddSource(new TellingSource("till as another"))));

        Assert.Contains("Source 'telling' reads till as another on this node, but till as shop.order-line on akka.tcp://", e.Message, StringComparison.Ordinal);
    }

    private static ActorEventsBuilder Totals(ActorEventsBuilder builder) =>
        builder.AddHandler("totals", new SwitchHandler(), h => h.Handles("number").StateEvent<Counted>("counted"));

    private sealed class TellingSource(string takes) : IEventSource
    {
        private readonly ListSource _nothing = new("telling", 0, _ => "") { Placement = SourcePlacement.Singleton };

        public string Name => _nothing.Name;

        public SourcePlacement Placement => SourcePlacement.Singleton;

        public string Describe => takes;

        public string Takes => takes;

        public Props Props(SourceContext context) => _nothing.Props(context);
    }
}
