using System.Text.Json.Nodes;

namespace ActorEvents.Tests.Aectl;

public sealed class ConfirmationTests : IAsyncLifetime
{
    private readonly FakeNode _node = new();

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        _node.Commands["cluster down"] = request => (bool)request["dryRun"]! ? ["""{"kind":"text","text":"would take out h:1"}""", FakeNode.End()] : ["""{"kind":"text","text":"done"}""", FakeNode.End()];
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Where_nobody_can_be_asked_the_switch_is_told_and_nothing_sent()
    {
        var (exit, output, error) = await new AectlRun(_node.RuntimeFolder) { Input = "y\n" }.RunAsync("cluster", "down", "h:1");

        Assert.Equal((64, ""), (exit, output));
        Assert.Contains("Give --yes", error, StringComparison.Ordinal);
        Assert.Empty(_node.Requests);
    }

    [Fact]
    public async Task Yes_needs_no_question()
    {
        var (exit, output, _) = await new AectlRun(_node.RuntimeFolder).RunAsync("cluster", "down", "h:1", "-y", "--reason", "it is gone");

        Assert.Equal((0, "done\n"), (exit, output));
        var request = Assert.Single(_node.Requests);
        Assert.Equal((true, false, "it is gone"), ((bool)request["confirmed"]!, (bool)request["dryRun"]!, (string?)request["reason"]));
    }

    [Fact]
    public async Task A_person_sees_what_would_be_done_and_says_yes()
    {
        var (exit, output, error) = await AskAsync("y\n");

        Assert.Equal((0, "done\n"), (exit, output));
        Assert.Contains("would take out h:1\ncluster down h:1: do it? [y/N] ", error, StringComparison.Ordinal);
        Assert.Equal([(true, false), (false, true)], _node.Requests.Select(r => ((bool)r["dryRun"]!, (bool)r["confirmed"]!)));
        Assert.NotEqual((string?)_node.Requests[0]["requestId"], (string?)_node.Requests[1]["requestId"]);
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("yesterday\n")]
    public async Task Anything_but_yes_is_no(string answer)
    {
        var (exit, output, error) = await AskAsync(answer);

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("Nothing was done", error, StringComparison.Ordinal);
        Assert.Single(_node.Requests);
    }

    [Fact]
    public async Task Ctrl_C_or_D_at_the_question_is_an_interruption()
    {
        Assert.Equal(130, (await AskAsync("")).Exit);
        Assert.Single(_node.Requests);
    }

    [Fact]
    public async Task A_dry_run_that_fails_ends_it_without_a_question()
    {
        _node.Commands["cluster down"] = _ => ["""{"kind":"error","code":"not-found","message":"no member h:1"}""", FakeNode.End(66)];

        var (exit, _, error) = await AskAsync("y\n");

        Assert.Equal(66, exit);
        Assert.Contains("no member h:1", error, StringComparison.Ordinal);
        Assert.Single(_node.Requests);
    }

    [Fact]
    public async Task A_command_without_a_dry_run_is_asked_about_all_the_same()
    {
        _node.Commands["cluster down"] = request => (bool)request["dryRun"]! ? ["""{"kind":"error","code":"usage","message":"no dry run","field":"dryRun"}""", FakeNode.End(64)] : [FakeNode.End()];

        Assert.Equal(0, (await AskAsync("y\n")).Exit);
        Assert.Equal(2, _node.Requests.Count);
    }

    [Fact]
    public async Task The_systems_name_is_asked_for_where_the_node_wants_it()
    {
        _node.Commands["cluster down"] = NeedsName;

        var (exit, output, error) = await AskAsync("y\nactor-events\n");

        Assert.Equal((0, "done\n"), (exit, output));
        Assert.Contains("it is the last one\nType the system's name", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_confirms_a_command_that_only_then_destroys_something()
    {
        _node.Palettes["palettes"]![0]!["commands"]![2]!["effect"] = "write";
        _node.Commands["cluster down"] = NeedsName;

        Assert.Equal(0, (await AskAsync("actor-events\n")).Exit);
        Assert.Equal([(false, null), (true, "actor-events")], _node.Requests.Select(r => ((bool)r["confirmed"]!, (string?)r["typed"])));
    }

    [Fact]
    public async Task A_script_gives_the_name_with_a_switch()
    {
        _node.Commands["cluster down"] = NeedsName;

        var (without, _, error) = await new AectlRun(_node.RuntimeFolder).RunAsync("cluster", "down", "h:1", "--yes");
        var (with, _, _) = await new AectlRun(_node.RuntimeFolder).RunAsync("cluster", "down", "h:1", "--yes", "--typed", "actor-events");

        Assert.Equal((73, 0), (without, with));
        Assert.Contains("--typed", error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> NeedsName(JsonObject request) => (string?)request["typed"] == "actor-events"
        ? ["""{"kind":"text","text":"done"}""", FakeNode.End()]
        : ["""{"kind":"error","code":"precondition","message":"it is the last one","field":"typed"}""", FakeNode.End(73)];

    private Task<(int Exit, string Out, string Error)> AskAsync(string keys) => new AectlRun(_node.RuntimeFolder) { Keys = AectlRun.Typed(keys) }.RunAsync("cluster", "down", "h:1");
}
