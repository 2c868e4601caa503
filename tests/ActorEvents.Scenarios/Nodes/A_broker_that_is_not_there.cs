using System.Net;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>The first thing that goes wrong for most: a wrong address, or a broker that comes up later than the node.</summary>
public sealed class A_broker_that_is_not_there : NodeScenario
{
    [Fact]
    public async Task Is_said_with_its_address_and_setting_while_the_node_lives_and_is_waited_for()
    {
        var port = NodeProcess.FreePort();
        var node = Node("--kafka.bootstrap-servers", $"127.0.0.1:{port}", "--exit-when-done");

        await node.SawAsync($"cannot reach Kafka at 127.0.0.1:{port}");
        await NotReadyAsync(node, "check kafka.bootstrap-servers");
        using var live = await Http.GetAsync(Url(node, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        await BrokerAsync(port);
        ExpectedTotals.Check(await node.TotalsAsync());
        Assert.Equal(0, await node.ExitAsync());
        Assert.DoesNotContain("progress cannot be read", node.Log, StringComparison.Ordinal);
    }

    /// <summary>Readiness is the node's last look at itself, a second ago.</summary>
    private Task NotReadyAsync(NodeProcess node, string reason) => UntilAsync(node, $"readiness says '{reason}'", async () =>
    {
        using var ready = await Http.GetAsync(Url(node, "/health/ready"));
        return ready.StatusCode == HttpStatusCode.ServiceUnavailable && (await ready.Content.ReadAsStringAsync()).Contains(reason, StringComparison.Ordinal);
    });

    [Fact]
    public async Task Does_not_hold_up_the_stop_of_the_node()
    {
        var node = Node("--kafka.bootstrap-servers", $"127.0.0.1:{NodeProcess.FreePort()}");
        await node.SawAsync("cannot reach Kafka");

        node.Signal("TERM");

        Assert.Equal(0, await node.ExitAsync());
    }
}
