using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>What a node says of itself over HTTP from start to end, and how it ends.</summary>
public sealed class Health_and_stop : NodeScenario
{
    private const int Events = 3;

    private int _rounds;

    [Fact]
    public async Task A_node_that_waits_for_its_cluster_is_live_and_not_ready_and_can_be_stopped()
    {
        var node = Node("--cluster.seed-nodes", $"127.0.0.1:{NodeProcess.FreePort()}");
        await UntilAsync(node, "HTTP answers", async () => (await HealthAsync(node, "live")).Code == 200);

        await NotReadyAsync(node, "Starting", "joining the cluster");
        Assert.Equal((200, 0), await HeadAsync(node, "live"));
        Assert.Equal((503, 0), await HeadAsync(node, "ready"));
        node.Signal("TERM");
        Assert.Equal(0, await node.ExitAsync());
        Assert.Contains("Stopped before the node was running", node.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_node_is_ready_while_it_runs_and_not_while_it_drains_and_says_what_was_flushed()
    {
        var bootstrap = await BrokerAsync();
        var node = await SlowNodeAsync(bootstrap, "1 s", "30 s", "--kafka.session-timeout", "30 s");

        // The first line may be handled before the last lane is open.
        await UntilAsync(node, "all lanes are open", () => Task.FromResult(node.Lines(output: false).Count(l => l.Contains("is read from position", StringComparison.Ordinal)) == 8));
        await UntilAsync(node, "it is ready", async () => (await HealthAsync(node, "ready")).Code == 200);
        Assert.Equal("ready", (await HealthAsync(node, "ready")).Body.GetProperty("status").GetString());

        node.Signal("TERM");
        await UntilAsync(node, "it drains", async () => (await HealthAsync(node, "ready")).Code == 503);
        await NotReadyAsync(node, "Draining", "what is under way is being finished");
        Assert.Equal(200, (await HealthAsync(node, "live")).Code);

        Assert.Equal(0, await node.ExitAsync());
        Assert.True(node.Log.Contains("Drained: 1 source(s), 8 lane(s) committed, 0 event(s) still under way", StringComparison.Ordinal), node.Log);
        Assert.Contains("Relay: everything up to row", node.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_second_signal_ends_at_once_and_a_passed_deadline_with_3_and_the_next_start_handles_what_was_under_way()
    {
        var bootstrap = await BrokerAsync();
        var impatient = await SlowNodeAsync(bootstrap, "5 min", "2 min");
        impatient.Signal("TERM");
        await impatient.SawAsync("SIGTERM: stopping; once more ends at once");
        impatient.Signal("INT");
        Assert.Equal(130, await impatient.ExitAsync(10));

        var late = await SlowNodeAsync(bootstrap, "5 min", "1 s");
        late.Signal("TERM");
        Assert.Equal(3, await late.ExitAsync());
        Assert.Contains($"{2 * Events} event(s) still under way (they are read again at the next start)", late.Log, StringComparison.Ordinal);

        var next = await UnfedNodeAsync(bootstrap);
        await LinesAsync(next, 2 * Events);
        Assert.Equal((2 * Events, 1), await CountsAsync(next));
    }

    /// <summary>A node with deliveries under way that take their time.</summary>
    private async Task<NodeProcess> SlowNodeAsync(string bootstrap, string slow, string drain, params string[] further)
    {
        Kcat.Require();
        var node = await UnfedNodeAsync(bootstrap, ["--shop.slow", slow, "--flow.drain-timeout", drain, .. further]);
        for (var i = 0; i < Events; i++)
        {
            await OrderLines.ProduceAsync(bootstrap, "A", OrderLines.Line("A", $"P{_rounds}"));
        }

        // The stock of the same records, which is not slow, knows their product.
        _rounds++;
        await UntilAsync(node, "the events are under way", async () => (await TotalsNowAsync(node)).GetProperty("products").GetInt32() == _rounds);
        return node;
    }

    private async Task NotReadyAsync(NodeProcess node, string state, string reason)
    {
        var (code, body) = await HealthAsync(node, "ready");
        Assert.Equal((503, "not ready", state), (code, body.GetProperty("status").GetString(), body.GetProperty("state").GetString()));
        Assert.Contains(body.GetProperty("reasons").EnumerateArray(), r => r.GetString()!.Contains(reason, StringComparison.Ordinal));
    }
}
