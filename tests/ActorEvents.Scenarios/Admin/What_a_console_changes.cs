using System.Text.Json;
using ActorEvents.Tests.Kafka;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Nodes;
using Akka.Cluster;
using Microsoft.Extensions.DependencyInjection;

namespace ActorEvents.Scenarios.Admin;

/// <summary>Each command that changes something, and what is written of it.</summary>
public sealed class What_a_console_changes : IAsyncLifetime
{
    private readonly AdminNodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _nodes.DisposeAsync().AsTask();

    [Fact]
    public async Task Parts_stand_still_and_go_on_on_all_nodes_or_on_one_and_the_audit_has_it()
    {
        var (first, second) = (await _nodes.StartAsync(), await _nodes.StartAsync());
        await Poll.UntilAsync(async () => (await first.Client.RunAsync("health check")).Exit == 0);

        var dry = await first.Client.RunAsync("handler pause", new { handler = "totals" }, new { dryRun = true });
        Assert.Equal(["would be paused", "would be paused"], dry.Column("state"));
        Assert.DoesNotContain("paused", (await first.Client.RunAsync("handler list")).Column("state"));
        var paused = await first.Client.RunAsync("handler pause", new { handler = "totals" }, new { reason = "a test", requestId = "r1" });
        Assert.Equal(("2 nodes", 0), (paused.Count, paused.Exit));
        Assert.Equal(["paused", "paused"], paused.Column("state"));
        await SeesAsync("handler list", "paused", 2);

        var one = await first.Client.RunAsync("handler resume", new { handler = "totals" }, new { node = second.Address });
        Assert.Equal([second.Address], one.Column("node"));
        await SeesAsync("handler list", "paused", 1);

        // Lost answers: the same request again changes nothing.
        var again = await first.Client.RunAsync("handler pause", new { handler = "totals" }, new { reason = "a test", requestId = "r1" });
        Assert.Equal(paused.Frames.Select(f => f.GetRawText()), again.Frames.Select(f => f.GetRawText()));
        await SeesAsync("handler list", "paused", 1);
        Assert.Equal(73, (await first.Client.RunAsync("handler resume", new { handler = "totals" }, new { requestId = "r1" })).Exit);

        await first.Client.RunAsync("handler resume", new { handler = "totals" });
        await SeesAsync("handler list", "running", 2);
        var already = await first.Client.RunAsync("handler resume", new { handler = "totals" });
        Assert.Equal(["already running", "already running"], already.Column("state"));
        Assert.Equal(0, already.Exit);

        Assert.All((await first.Client.RunAsync("source pause", new { source = "list" })).Column("state"), s => Assert.Equal("paused", s));

        // At once, before any node has looked at its parts again.
        var resumed = await first.Client.RunAsync("source resume", new { source = "list" });
        Assert.Equal([("paused", "running"), ("paused", "running")], resumed.Column("was").Zip(resumed.Column("state")));

        var audit = (await first.Client.RunAsync("audit list", new { command = "pause" }, new { node = first.Address })).Rows;
        Assert.Equal(["handler pause", "handler pause", "source pause"], audit.Select(e => e.GetProperty("command").GetString()));
        Assert.Equal(("socket", "handler=totals", "a test", "r1", 0), (
            audit[1].GetProperty("user").GetString(), audit[1].GetProperty("args").GetString(), audit[1].GetProperty("reason").GetString(), audit[1].GetProperty("requestId").GetString(), audit[1].GetProperty("exit").GetInt32()));
        Assert.Contains(first.Address, (await second.Client.RunAsync("audit list", more: new { node = second.Address })).Rows[0].GetProperty("from").GetString(), StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(Path.Combine(_nodes.Folder, "node-1", "admin-audit.jsonl"));
        Assert.All(lines, l => Assert.Equal("socket", JsonDocument.Parse(l).RootElement.GetProperty("user").GetString()));
        Assert.Empty((await first.Client.RunAsync("audit list", new { user = "nobody" })).Rows);

        async Task SeesAsync(string command, string state, int nodes) =>
            await Poll.UntilAsync(async () => (await first.Client.RunAsync(command)).Column("state").Count(s => s == state) == nodes);
    }

    [Fact]
    public async Task What_only_one_node_has_is_changed_there_and_nothing_is_missing()
    {
        var first = await _nodes.StartAsync();
        await _nodes.StartAsync(withHandler: false);

        var answer = await first.Client.RunAsync("handler pause", new { handler = "totals" });

        Assert.Equal((1, 0), (answer.Rows.Count, answer.Exit));
        Assert.Contains("There is no handler 'totals' on this node", answer.Warnings.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_go_only_where_what_is_left_is_enough_or_the_system_is_named()
    {
        var (first, second) = (await _nodes.StartAsync(), await _nodes.StartAsync());

        Assert.Equal(66, (await first.Client.RunAsync("cluster down", new { address = "127.0.0.1:1" }, new { confirmed = true })).Exit);
        Assert.Equal(65, (await first.Client.RunAsync("cluster down", new { address = "localhost:70000" }, new { confirmed = true })).Exit);
        var unconfirmed = await first.Client.RunAsync("cluster down", new { address = second.Address });
        Assert.Equal((64, "confirmation-needed"), (unconfirmed.Exit, unconfirmed.Error.GetProperty("code").GetString()));
        var grave = await first.Client.RunAsync("cluster down", new { address = second.Address }, new { confirmed = true });
        Assert.Equal((73, "typed"), (grave.Exit, grave.Error.GetProperty("field").GetString()));
        Assert.Equal(73, (await first.Client.RunAsync("cluster leave", null, new { confirmed = true, typed = "another" })).Exit);
        Assert.False((await first.Client.RunAsync("cluster down", new { address = second.Address }, new { dryRun = true })).Rows.Single().GetProperty("done").GetBoolean());
        Assert.Equal(["no unreachable members"], (await first.Client.RunAsync("cluster down-unreachable", null, new { confirmed = true })).Texts);
        Assert.Equal(2, (await first.Client.RunAsync("cluster show")).Rows.Count);

        var left = await first.Client.RunAsync("cluster leave", new { address = second.Address }, new { confirmed = true, typed = "actor-events" });
        Assert.True(left.Rows.Single().GetProperty("done").GetBoolean());
        await Poll.UntilAsync(async () => (await first.Client.RunAsync("cluster show")).Rows.Count == 1);
    }

    [Fact]
    public async Task A_level_of_the_log_for_a_while()
    {
        var node = await _nodes.StartAsync();

        Assert.Equal(["Debug"], (await node.Client.RunAsync("log set-level", new { level = "debug", category = "ActorEvents.Relay", @for = "10m" })).Column("level"));
        Assert.Equal(["ActorEvents.Relay"], (await node.Client.RunAsync("log level")).Column("category"));
        await node.Client.RunAsync("log set-level", new { level = "configured", category = "ActorEvents.Relay" });
        Assert.Contains("as configured", (await node.Client.RunAsync("log level")).Texts.Single(), StringComparison.Ordinal);
        Assert.Equal(64, (await node.Client.RunAsync("log set-level", new { level = "loud" })).Exit);

        await node.Client.RunAsync("log append", new { text = "one\ntwo" });
        Assert.Equal(["socket: one two"], (await node.Client.RunAsync("log peek", new { source = "ActorEvents.Admin", grep = "one" })).Column("text"));
    }

    [Fact]
    public async Task Where_nothing_may_be_changed_nothing_is_and_the_attempt_is_written()
    {
        var node = await _nodes.StartAsync(o => o.ReadOnly = true);

        var answer = await node.Client.RunAsync("source pause", new { source = "list" });

        Assert.Equal((System.Net.HttpStatusCode.Forbidden, 77), (answer.Status, answer.Exit));
        Assert.Equal(0, (await node.Client.RunAsync("source list")).Exit);
        Assert.Equal(["77"], (await node.Client.RunAsync("audit list")).Column("exit"));
    }

    [Fact]
    public async Task An_application_has_a_palette_of_its_own()
    {
        var node = await _nodes.StartAsync(o => o.AddPalette(provider => new CommandPalette(
            "shop",
            "The shop.",
            new CommandDefinition("totals", "Turnover of a country.", async (call, output, stop) =>
            {
                await output.RowAsync(call.Text("country"), 12.5);
            })
            {
                Parameters = [new("country") { Required = true }],
                Columns = [new("country"), new("total", ColumnType.Number)],
            },
            new CommandDefinition("close", "Closes it.", (_, output, _) => throw new InvalidOperationException("a bug")) { Effect = CommandEffect.Write })));

        Assert.Equal("""{"country":"Norway","total":12.5}""", (await node.Client.RunAsync("shop totals", new { country = "Norway" })).Rows.Single().GetRawText());
        Assert.Equal(64, (await node.Client.RunAsync("shop totals")).Exit);
        var bug = await node.Client.RunAsync("shop close");
        Assert.Equal((70, 12), (bug.Exit, bug.Error.GetProperty("correlationId").GetString()!.Length));
        Assert.Contains((await node.Client.RunAsync("log peek", new { level = "Error" })).Rows, r => r.GetProperty("error").GetString()!.Contains("a bug", StringComparison.Ordinal));
        Assert.Equal((64, "dryRun"), (await node.Client.RunAsync("shop close", null, new { dryRun = true })) is var dry ? (dry.Exit, dry.Error.GetProperty("field").GetString()) : default);
    }

    [Fact]
    public async Task A_node_that_says_nothing_is_named_and_its_part_is_missing()
    {
        var (first, second) = (await _nodes.StartAsync(), await _nodes.StartAsync());
        first.Host.Services.GetRequiredService<NodeCalls>().Patience = TimeSpan.FromMilliseconds(200);
        second.System.Stop(await second.System.ActorSelection("/user/actor-events-admin").ResolveOne(TimeSpan.FromSeconds(10)));

        var all = await first.Client.RunAsync("sys version");
        var one = await first.Client.RunAsync("sys version", more: new { node = second.Address });

        Assert.Equal((1, 3), (all.Rows.Count, all.Exit));
        Assert.Contains(second.Address, all.Warnings.Single(), StringComparison.Ordinal);
        Assert.Equal(75, one.Exit);
        Assert.Equal(MemberStatus.Up, Cluster.Get(second.System).SelfMember.Status);
    }
}
