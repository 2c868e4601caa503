using System.Globalization;
using System.Text.Json;
using ActorEvents.Node;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>
/// Starts real node processes in a folder of its own, and ends them with it. One such test of a collection at a time; the shop's long ones are a collection of their own.
/// </summary>
[Collection("nodes")]
public abstract class NodeScenario : IAsyncLifetime
{
    private readonly List<NodeProcess> _processes = [];
    private readonly Dictionary<NodeProcess, int> _ports = [];

    private protected static HttpClient Http { get; } = new();

    private protected string Data { get; } = Directory.CreateTempSubdirectory("ae-node-").FullName;

    /// <summary>Feeds the beginning of the data set.</summary>
    private protected string[] Beginning
    {
        get
        {
            var file = Path.Combine(Data, "beginning.csv");
            if (!File.Exists(file))
            {
                ExpectedTotals.WriteBeginning(file);
            }

            return ["--shop.file", file];
        }
    }

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
        var node = NodeProcess.Start(Arguments(folder, port, arguments));
        _processes.Add(node);
        _ports[node] = port;
        return node;
    }

    /// <summary>
    /// The start of a node that is refused, without a process: the same entry, its exit code and what it says on each channel. One that is not refused is stopped
    /// after a minute.
    /// </summary>
    private protected async Task<(int Code, string[] Output, string[] Error)> StartHereAsync(params string[] arguments)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await NodeCommand.RunAsync(Arguments(Path.Combine(Data, "node"), NodeProcess.FreePort(), arguments), output, error, stop.Token);
        return (code, Lines(output), Lines(error));

        static string[] Lines(StringWriter said) => said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Time enough to drain: other tests take the processors meanwhile. One that does not end by itself ends with 3 in any case.</summary>
    private static string[] Arguments(string folder, int port, string[] given) =>
    [
        .. Unless("--data", folder, given), .. Unless("--http", port, given), .. Unless("--kafka.embedded.port", NodeProcess.FreePort(), given),
        .. Unless("--flow.drain-timeout", "30 s", given), .. given,
    ];

    private static string[] Unless(string option, object value, string[] given) =>
        given.Contains(option) ? [] : [option, Convert.ToString(value, CultureInfo.InvariantCulture)!];

    /// <summary>
    /// A node on a broker of its own process, fed by nobody but the test. The mock broker gives a member that comes back its partitions when the session of the
    /// one that went has run out, hence a short one.
    /// </summary>
    private protected async Task<NodeProcess> UnfedNodeAsync(string bootstrap, params string[] arguments)
    {
        var node = Node(["--kafka.bootstrap-servers", bootstrap, .. Unless("--kafka.session-timeout", "2 s", arguments), "--shop.feed", "off", .. arguments]);
        await node.SawAsync("The node is running");
        return node;
    }

    private protected async Task<string> BrokerAsync(int? port = null)
    {
        var (broker, bootstrap) = await NodeProcess.StartBrokerAsync(port ?? NodeProcess.FreePort());
        _processes.Add(broker);
        return bootstrap;
    }

    /// <summary>Three nodes over one store; the first is the seed and feeds while the others join.</summary>
    private protected async Task<NodeProcess[]> ClusterAsync(string bootstrap, params string[] store)
    {
        int[] ports = [NodeProcess.FreePort(), NodeProcess.FreePort(), NodeProcess.FreePort()];
        NodeProcess Start(int i) => NodeOn(
            Path.Combine(Data, $"node{i}"),
            [
                "--cluster.port", ports[i].ToString(CultureInfo.InvariantCulture), "--cluster.seed-nodes", $"127.0.0.1:{ports[0]}",
                .. Beginning, "--kafka.bootstrap-servers", bootstrap, "--shop.rate", "500", .. store,
            ]);
        var first = Start(0);
        await first.SawAsync("The node is running");
        NodeProcess[] nodes = [first, Start(1), Start(2)];
        await Task.WhenAll(nodes[1].SawAsync("The node is running"), nodes[2].SawAsync("The node is running"));
        return nodes;
    }

    /// <summary>Kills the third of three nodes in mid-replay; the others must come to the right totals.</summary>
    private protected async Task KillOneAndCheckAsync(NodeProcess[] nodes)
    {
        await LinesAsync(nodes[1], 2_000);
        await nodes[2].KillAsync();
        ExpectedTotals.CheckBeginning(await nodes[0].TotalsAsync(180));
        ExpectedTotals.CheckBeginning(await nodes[1].TotalsAsync(60));
    }

    /// <summary>Lines and invoices as the node's totals have them.</summary>
    private protected async Task<(int Lines, int Invoices)> CountsAsync(NodeProcess node)
    {
        var totals = await TotalsNowAsync(node);
        return (totals.GetProperty("lines").GetInt32(), totals.GetProperty("invoices").GetInt32());
    }

    private protected string Url(NodeProcess node, string path) => $"http://127.0.0.1:{_ports[node]}{path}";

    private protected async Task<JsonElement> TotalsNowAsync(NodeProcess node) =>
        JsonDocument.Parse(await Http.GetStringAsync(Url(node, "/shop/totals"))).RootElement;

    /// <summary><c>/health/live</c> or <c>/health/ready</c>.</summary>
    private protected async Task<(int Code, JsonElement Body)> HealthAsync(NodeProcess node, string which)
    {
        using var response = await Http.GetAsync(Url(node, "/health/" + which));
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>As a probe asks that wants no body: the code, and the bytes that came nevertheless.</summary>
    private protected async Task<(int Code, int Bytes)> HeadAsync(NodeProcess node, string which)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Url(node, "/health/" + which));
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    /// <summary>Waits until the node says that so many lines are handled.</summary>
    private protected Task LinesAsync(NodeProcess node, int lines) => UntilAsync(
        node, $"{lines} lines are handled", async () => (await TotalsNowAsync(node)).GetProperty("lines").GetInt32() >= lines);

    /// <summary>Waits until so many lines are handled, and sees that more are to come: what the test does now, it does in mid-replay.</summary>
    private protected async Task MidReplayAsync(NodeProcess node, int lines)
    {
        await LinesAsync(node, lines);
        Assert.InRange((await CountsAsync(node)).Lines, lines, ExpectedTotals.Beginning - 1);
    }

    /// <summary>Asks again and again until it is so; a node that does not listen yet has not answered.</summary>
    private protected static async Task UntilAsync(NodeProcess node, string what, Func<Task<bool>> isSo)
    {
        var until = Environment.TickCount64 + 120_000;
        while (Environment.TickCount64 < until && !node.HasExited)
        {
            try
            {
                if (await isSo())
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

        throw new TimeoutException($"Not in time: {what}\n{node.Log}");
    }
}
