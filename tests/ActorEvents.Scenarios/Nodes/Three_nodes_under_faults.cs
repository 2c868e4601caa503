using System.Globalization;
using System.Text.Json;
using ActorEvents.Tests.Journal;
using ActorEvents.Tests.Kafka;
using Xunit.Abstractions;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>
/// Three nodes on a real Kafka and PostgreSQL under 200 lines a second (50 unless it is measured); each is asked every 100 ms whether it is ready. Every fault of a round is made in turn, all comes out, in order, once,
/// and no probe waits.
/// </summary>
[Collection("shop")]
public sealed class Three_nodes_under_faults(RealKafkaFixture kafka, PostgresFixture postgres, ITestOutputHelper output)
    : NodeScenario, IClassFixture<RealKafkaFixture>, IClassFixture<PostgresFixture>
{
    private const string Topic = "till";

    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(20);

    private readonly int[] _ports = [NodeProcess.FreePort(), NodeProcess.FreePort(), NodeProcess.FreePort()];
    private readonly int[] _http = [NodeProcess.FreePort(), NodeProcess.FreePort(), NodeProcess.FreePort()];
    private readonly NodeProcess[] _nodes = new NodeProcess[3];
    private readonly Probe[] _probes = new Probe[3];
    private readonly List<string> _failures = [];
    private string[] _store = [];

    /// <summary>How often each kind is made, and which: one of them, once, unless it is to be measured.</summary>
    private static int Rounds => Setting("ACTOREVENTS_TEST_CLUSTER_ROUNDS", 1);

    private static bool IsMeasured => Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_CLUSTER_KINDS") is not null;

    /// <summary>Lines a second: in CI others use the processors.</summary>
    private static int Rate => IsMeasured ? 200 : 50;

    private static string[] Kinds => (Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_CLUSTER_KINDS") ?? "kill").Split(',');

    /// <summary>Folder for the table and the nodes' logs, where it is to be measured; null: none.</summary>
    private static string? Notes => Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_CLUSTER_NOTES");

    /// <summary>How long a frozen node sleeps.</summary>
    private static TimeSpan Sleep => TimeSpan.FromSeconds(Setting("ACTOREVENTS_TEST_SIGSTOP_SECONDS", 8));

    [SkippableFact]
    public async Task All_comes_out_once_in_order_and_in_time_and_a_probe_gets_its_answer()
    {
        var bootstrap = kafka.Bootstrap;
        _store =
        [
            "--journal.provider", "postgresql", "--journal.connection-string", (await postgres.NewDatabaseAsync()).ToString(),
            "--kafka.bootstrap-servers", bootstrap, "--shop.feed", "off", "--flow.drain-timeout", "10 s",
            "--sources.till.kind", "kafka", "--sources.till.topics", Topic, "--sources.till.type", "shop.order-line",
            "--cluster.seed-nodes", string.Join(",", _ports.Select(p => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{p}"))),
        ];
        for (var i = 0; i < 3; i++)
        {
            await StartAsync(i);
        }

        await using (var flow = new LineFlow(bootstrap, Topic, Rate))
        {
            await UntilAsync(_nodes[0], "lines come out", () => Task.FromResult(flow.Came > 5 * Rate));
            Note("kind         node  longest wait  no answer  slowest answer                       ready while nothing came  not ready    whose wait it was");
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var kind in Kinds)
                {
                    for (var node = 0; node < (Rounds > 1 || Kinds.Length > 1 ? 3 : 1); node++)
                    {
                        await MeasureAsync(flow, kind, node);
                    }
                }
            }

            await flow.StopAsync();
            await CameAsync(flow, _nodes[0], flow.Lines);
            Assert.Empty(flow.Wrong);

            // Orders count the lines, and stock says them: the last one may be said first.
            var counted = 0;
            await UntilAsync(_nodes[0], "all lines are counted", async () =>
            {
                counted = JsonDocument.Parse(await Http.GetStringAsync($"http://127.0.0.1:{_http[0]}/shop/totals")).RootElement.GetProperty("lines").GetInt32();
                return counted >= flow.Lines;
            });
            Assert.Equal(flow.Lines, counted);
        }

        foreach (var probe in _probes)
        {
            await probe.DisposeAsync();
        }

        // A machine that other tests keep busy answers late: only where it is measured is that a failure.
        Assert.Empty(IsMeasured ? _failures : []);
    }

    private async Task MeasureAsync(LineFlow flow, string kind, int node)
    {
        var begun = Environment.TickCount64;
        await (kind switch
        {
            "restart" => RestartAsync(node),
            "kill" => KillAsync(node, TimeSpan.Zero),
            "lost" => KillAsync(node, s_away),
            "freeze" => FreezeAsync(node),
            "fewer" => WithFewerHandlersAsync(node),
            "seed" => KillAsync(0, TimeSpan.Zero),
            _ => throw new InvalidOperationException($"There is no kind '{kind}'; there are: restart, kill, lost, freeze, fewer, seed."),
        });

        // What was sent by now has come out: the wait of each line is known.
        var sent = flow.Lines;
        await CameAsync(flow, _nodes[(node + 1) % 3], sent);
        var waits = flow.WaitsFrom(begun).ToList();
        var answers = _probes.SelectMany((p, i) => p.Answers.Where(a => a.At >= begun).Select(a => (Node: i, a.At, a.Code, a.Milliseconds))).ToList();
        var still = Still(waits.Select(w => w.At).Order().ToList(), begun);
        var wrong = answers.Count(a => a.Code == 200 && still.Any(s => a.At > s.From + 5_000 && a.At < s.To));
        var longest = waits.MaxBy(w => w.Waited);
        var slowest = answers.MaxBy(a => a.Milliseconds);
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind,-12} {node,4}  {longest.Waited,9} ms  {answers.Count(a => a.Code == 0),9}  {slowest.Milliseconds,11:0} ms of {slowest.Node} at {Clock(slowest.At)}  {wrong,24}  {answers.Count(a => a.Code == 503) / 10.0,7:0.0} s    {longest.Product} at {Clock(longest.At)}"));
        if (wrong > 0 || answers.Any(a => a.Code == 0))
        {
            _failures.Add($"{kind} of node {node}: {answers.Count(a => a.Code == 0)} probe(s) without an answer in time, {wrong} ready while nothing had come for 5 s");
        }
    }

    private static async Task CameAsync(LineFlow flow, NodeProcess node, int lines)
    {
        try
        {
            await UntilAsync(node, $"{lines} lines come out", () => Task.FromResult(flow.Came >= lines));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{flow}\n{late.Message}", late);
        }
    }

    /// <summary>A tick of this process as the nodes' logs have the time.</summary>
    private static string Clock(long tick) => (TimeProvider.System.GetUtcNow() - TimeSpan.FromMilliseconds(Environment.TickCount64 - tick)).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Times of more than 5 s in which nothing came.</summary>
    private static IEnumerable<(long From, long To)> Still(List<long> came, long begun)
    {
        var last = begun;
        foreach (var at in came)
        {
            if (at - last > 5_000)
            {
                yield return (last, at);
            }

            last = at;
        }
    }

    private void Note(string line)
    {
        output.WriteLine(line);
        if (Notes is { } folder)
        {
            File.AppendAllText(Path.Combine(folder, "table"), line + '\n');
            for (var i = 0; i < 3; i++)
            {
                File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"node{i}-{_nodes[i].Id}.log")), _nodes[i].Log);
            }
        }
    }

    private async Task StartAsync(int node, params string[] further)
    {
        _nodes[node] = NodeOn(
            Path.Combine(Data, $"node{node}"),
            ["--cluster.port", _ports[node].ToString(CultureInfo.InvariantCulture), "--http", _http[node].ToString(CultureInfo.InvariantCulture), .. _store, .. further]);
        await _nodes[node].SawAsync("The node is running");
        (_probes[node] ??= new Probe($"http://127.0.0.1:{_http[node]}/health/ready")).Away = false;
    }

    private async Task RestartAsync(int node)
    {
        _probes[node].Away = true;
        _nodes[node].Signal("TERM");
        Assert.Equal(0, await _nodes[node].ExitAsync());
        Note($"node {node} has ended");
        await StartAsync(node);
    }

    /// <summary>One that comes back at once is let in in the place of the one that was killed; one that does not has to be missed first.</summary>
    private async Task KillAsync(int node, TimeSpan away)
    {
        _probes[node].Away = true;
        await _nodes[node].KillAsync();
        Note($"node {node} is killed");
        await Task.Delay(away, TimeProvider.System);
        await StartAsync(node);
    }

    /// <summary>The others have taken it out when it wakes up: it ends, and is started again.</summary>
    private async Task FreezeAsync(int node)
    {
        _probes[node].Away = true;
        _nodes[node].Signal("STOP");
        await Task.Delay(Sleep, TimeProvider.System);
        _nodes[node].Signal("CONT");
        if (Sleep > TimeSpan.FromSeconds(20))
        {
            Assert.Equal(1, await _nodes[node].ExitAsync());
            await StartAsync(node);
        }

        _probes[node].Away = false;
    }

    /// <summary>It lacks all of them, and reads the same topic: while it is there the others handle what comes.</summary>
    private async Task WithFewerHandlersAsync(int node)
    {
        _probes[node].Away = true;
        _nodes[node].Signal("TERM");
        Assert.Equal(0, await _nodes[node].ExitAsync());
        await StartAsync(node, "--shop.enabled", "off");
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
        await RestartAsync(node);
    }
}
