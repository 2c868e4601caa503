using System.Globalization;
using System.Text.Json;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>Starts real node processes in a folder of its own, and ends them with it. One such test at a time: each needs the machine.</summary>
[Collection("nodes")]
public abstract class NodeScenario : IAsyncLifetime
{
    private readonly List<NodeProcess> _processes = [];
    private readonly Dictionary<NodeProcess, int> _ports = [];

    private protected static HttpClient Http { get; } = new();

    private protected string Data { get; } = Directory.CreateTempSubdirectory("ae-node-").FullName;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(Data, recursive: true);
    }

    private protected static int Setting(string name, int inCi) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? inCi.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private protected NodeProcess Node(params string[] arguments) => NodeOn(Path.Combine(Data, "node"), arguments);

    private protected NodeProcess NodeOn(string folder, params string[] arguments)
    {
        var port = NodeProcess.FreePort();
        var node = NodeProcess.Start([
            "--data", folder, .. Unless("--http", port, arguments), .. Unless("--kafka.embedded.port", NodeProcess.FreePort(), arguments), .. arguments,
        ]);
        _processes.Add(node);
        _ports[node] = port;
        return node;
    }

    private static string[] Unless(string option, int value, string[] given) =>
        given.Contains(option) ? [] : [option, value.ToString(CultureInfo.InvariantCulture)];

    private protected async Task<string> BrokerAsync()
    {
        var (broker, bootstrap) = await NodeProcess.StartBrokerAsync();
        _processes.Add(broker);
        return bootstrap;
    }

    /// <summary>Three nodes over one store; the first is the seed.</summary>
    private protected async Task<NodeProcess[]> ClusterAsync(string bootstrap, params string[] store)
    {
        var seed = NodeProcess.FreePort();
        var nodes = new NodeProcess[3];
        for (var i = 0; i < nodes.Length; i++)
        {
            var port = i == 0 ? seed : NodeProcess.FreePort();
            nodes[i] = NodeOn(
                Path.Combine(Data, $"node{i}"),
                [
                    "--cluster.port", port.ToString(CultureInfo.InvariantCulture), "--cluster.seed-nodes", $"127.0.0.1:{seed}",
                    "--kafka.bootstrap-servers", bootstrap, "--shop.rate", "1000", .. store,
                ]);
            await nodes[i].SawAsync("The node is running");
        }

        return nodes;
    }

    /// <summary>Kills the third of three nodes in mid-replay; the others must come to the right totals.</summary>
    private protected async Task KillOneAndCheckAsync(NodeProcess[] nodes)
    {
        await LinesAsync(nodes[1], 3_000);
        await nodes[2].KillAsync();
        ExpectedTotals.Check(await nodes[0].TotalsAsync(180));
        ExpectedTotals.Check(await nodes[1].TotalsAsync(60));
    }

    private protected string Url(NodeProcess node, string path) => $"http://127.0.0.1:{_ports[node]}{path}";

    private protected async Task<JsonElement> TotalsNowAsync(NodeProcess node) =>
        JsonDocument.Parse(await Http.GetStringAsync(Url(node, "/shop/totals"))).RootElement;

    /// <summary>Waits until the node says that so many lines are handled.</summary>
    private protected async Task LinesAsync(NodeProcess node, int lines)
    {
        var until = Environment.TickCount64 + 120_000;
        while (Environment.TickCount64 < until && !node.HasExited)
        {
            try
            {
                if ((await TotalsNowAsync(node)).GetProperty("lines").GetInt32() >= lines)
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
}
