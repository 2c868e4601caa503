using ActorEvents.Scenarios.Nodes;

namespace ActorEvents.Scenarios.Admin;

/// <summary>A node that its cluster does not take in: its console is what finds out why.</summary>
public sealed class A_node_alone : NodeScenario
{
    [Fact]
    public async Task Says_what_it_knows_itself_and_that_all_else_is_missing()
    {
        var socket = Path.Combine(Data, "node.sock");
        var node = Node("--cluster.seed-nodes", $"127.0.0.1:{NodeProcess.FreePort()}", "--admin.socket", socket, "--kafka.client", "sasl.password=hidden");
        await node.SawAsync($"admin     unix:{socket}");
        using var client = new AdminClient(socket);

        var check = await client.RunAsync("health check");
        Assert.Equal((1, 10), (check.Rows.Count, check.Exit));
        Assert.Contains("joining the cluster", check.Rows[0].GetProperty("reasons").GetString(), StringComparison.Ordinal);
        var version = await client.RunAsync("sys version");
        Assert.Equal((1, 3), (version.Rows.Count, version.Exit));
        Assert.Contains("in no cluster", version.Warnings.Single(), StringComparison.Ordinal);
        Assert.Equal(75, (await client.RunAsync("cluster leader")).Exit);
        Assert.Equal(75, (await client.RunAsync("handler list")).Exit);
        Assert.Equal(75, (await client.RunAsync("key show", new { handler = "order", key = "1" })).Exit);

        // Its settings with where they come from; secrets masked.
        var settings = await client.RunAsync("sys config");
        Assert.Contains(settings.Rows, r => r.GetProperty("key").ValueEquals("admin.socket") && r.GetProperty("value").ValueEquals(socket) && r.GetProperty("origin").ValueEquals("option --admin.socket"));
        Assert.Contains(settings.Rows, r => r.GetProperty("key").ValueEquals("relay.page-rows") && r.GetProperty("value").ValueEquals("2000"));
        Assert.DoesNotContain(settings.Frames, f => f.GetRawText().Contains("hidden", StringComparison.Ordinal));

        node.Signal("TERM");
        Assert.Equal(0, await node.ExitAsync());
        Assert.False(File.Exists(socket));
    }
}
