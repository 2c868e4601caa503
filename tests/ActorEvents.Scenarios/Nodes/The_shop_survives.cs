using System.Globalization;
using System.Text.Json;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>Real node processes, the embedded broker, SQLite: the totals are right whatever happens to the process.</summary>
public sealed class The_shop_survives : IAsyncLifetime
{
    private static readonly HttpClient Http = new();
    private readonly string _data = Directory.CreateTempSubdirectory("ae-shop-").FullName;
    private readonly List<NodeProcess> _processes = [];

    /// <summary>Seconds that a stopped process sleeps: 60 as the guarantee has it, or what the setting says.</summary>
    private static int SleepSeconds => int.Parse(Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_SIGSTOP_SECONDS") ?? "8", CultureInfo.InvariantCulture);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_plain_run_and_a_second_one_on_the_same_folder_count_once()
    {
        var first = Node("--exit-when-done");
        ExpectedTotals.Check(await first.TotalsAsync());
        Assert.Equal(0, await first.ExitAsync());

        var second = Node("--exit-when-done");
        ExpectedTotals.Check(await second.TotalsAsync());
        Assert.Equal(0, await second.ExitAsync());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task A_run_ended_in_mid_replay_and_started_again_with_a_new_broker_counts_once(string signal)
    {
        var first = Node("--shop.rate", "1500");
        await LinesAsync(first, 2_000);
        first.Signal(signal);
        var code = await first.ExitAsync();
        Assert.Equal(signal == "KILL" ? 137 : 0, code);

        ExpectedTotals.Check(await Node("--exit-when-done").TotalsAsync());
    }

    [Fact]
    public async Task A_node_killed_three_times_in_mid_replay_counts_once()
    {
        var bootstrap = await BrokerAsync();
        foreach (var lines in (int[])[1_500, 4_000, 7_000])
        {
            var node = Node("--kafka.bootstrap-servers", bootstrap, "--shop.rate", "1500");
            await LinesAsync(node, lines);
            await node.KillAsync();
        }

        ExpectedTotals.Check(await Node("--kafka.bootstrap-servers", bootstrap, "--exit-when-done").TotalsAsync());
    }

    [Fact]
    public async Task A_node_that_sleeps_in_mid_replay_goes_on_and_counts_once()
    {
        var bootstrap = await BrokerAsync();
        var node = Node("--kafka.bootstrap-servers", bootstrap, "--shop.rate", "1500", "--exit-when-done");
        await LinesAsync(node, 2_000);
        node.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(SleepSeconds), TimeProvider.System);
        node.Signal("CONT");

        ExpectedTotals.Check(await node.TotalsAsync(180));
        Assert.Equal(0, await node.ExitAsync());
    }

    [Fact]
    public async Task Three_nodes_of_which_one_is_killed_count_once()
    {
        var nodes = await Cluster.StartAsync(this, await BrokerAsync(), "--journal.sqlite-file", Path.Combine(_data, "shared.db"));
        await Cluster.KillOneAndCheckAsync(nodes, LinesAsync);
    }

    internal NodeProcess Node(params string[] arguments) => NodeOn(Path.Combine(_data, "node"), arguments);

    internal NodeProcess NodeOn(string folder, params string[] arguments)
    {
        var port = NodeProcess.FreePort();
        var node = NodeProcess.Start(["--data", folder, "--http", port.ToString(CultureInfo.InvariantCulture), "--kafka.embedded.port", NodeProcess.FreePort().ToString(CultureInfo.InvariantCulture), .. arguments]);
        _processes.Add(node);
        Ports[node] = port;
        return node;
    }

    internal string Data => _data;

    internal Dictionary<NodeProcess, int> Ports { get; } = [];

    private async Task<string> BrokerAsync()
    {
        var (broker, bootstrap) = await NodeProcess.StartBrokerAsync();
        _processes.Add(broker);
        return bootstrap;
    }

    /// <summary>Waits until the node says that so many lines are handled.</summary>
    private async Task LinesAsync(NodeProcess node, int lines)
    {
        var until = Environment.TickCount64 + 120_000;
        while (Environment.TickCount64 < until && !node.HasExited)
        {
            try
            {
                var totals = JsonDocument.Parse(await Http.GetStringAsync($"http://127.0.0.1:{Ports[node]}/shop/totals")).RootElement;
                if (totals.GetProperty("lines").GetInt32() >= lines)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        throw new TimeoutException($"{lines} lines were not handled in time\n{node.Log}");
    }

    /// <summary>Three nodes over one store.</summary>
    internal static class Cluster
    {
        public static async Task<NodeProcess[]> StartAsync(The_shop_survives shop, string bootstrap, params string[] store)
        {
            var first = NodeProcess.FreePort();
            var nodes = new NodeProcess[3];
            for (var i = 0; i < 3; i++)
            {
                var port = i == 0 ? first : NodeProcess.FreePort();
                nodes[i] = shop.NodeOn(
                    Path.Combine(shop.Data, $"node{i}"),
                    [
                        "--cluster.port", port.ToString(CultureInfo.InvariantCulture), "--cluster.seed-nodes", $"127.0.0.1:{first}",
                        "--kafka.bootstrap-servers", bootstrap, "--shop.rate", "1000", .. store,
                    ]);
                await nodes[i].SawAsync("The node is running");
            }

            return nodes;
        }

        public static async Task KillOneAndCheckAsync(NodeProcess[] nodes, Func<NodeProcess, int, Task> lines)
        {
            await lines(nodes[1], 3_000);
            await nodes[2].KillAsync();
            ExpectedTotals.Check(await nodes[0].TotalsAsync(180));
            ExpectedTotals.Check(await nodes[1].TotalsAsync(60));
        }
    }
}
