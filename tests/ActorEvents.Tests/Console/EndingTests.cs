using System.Text.Json.Nodes;

namespace ActorEvents.Tests.Aectl;

/// <summary>How a command ends, and what the exit code says.</summary>
public sealed class EndingTests(FakeNode node) : IClassFixture<FakeNode>, IDisposable
{
    public void Dispose() => node.Refusal = null;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(65)]
    [InlineData(66)]
    [InlineData(70)]
    [InlineData(73)]
    [InlineData(75)]
    [InlineData(77)]
    public async Task The_exit_code_is_that_of_the_last_frame(int exit)
    {
        node.Commands["cluster show"] = _ => [FakeNode.End(exit)];

        Assert.Equal(exit, (await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show")).Exit);
    }

    [Fact]
    public async Task An_error_tells_message_hint_and_correlation()
    {
        node.Commands["cluster show"] = _ => ["""{"kind":"error","code":"internal","message":"it\u001b[2J broke","hint":"look","correlationId":"c-1"}""", FakeNode.End(70)];

        var (_, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show");

        Assert.Empty(output);
        Assert.Equal("aectl: it\\e[2J broke\n  look\n  The node's log has more under c-1.\n", error);
    }

    [Fact]
    public async Task With_json_an_error_is_one_object_on_stderr_and_stdout_is_valid()
    {
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "a")), """{"kind":"warn","message":"b is silent","node":"b"}""", """{"kind":"error","code":"partial","message":"one is missing","field":"node"}""", FakeNode.End(3)];

        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show", "-o", "json");

        Assert.Equal(3, exit);
        Assert.Equal("b is silent", (string?)JsonNode.Parse(output)!["warnings"]![0]!["message"]);
        var json = JsonNode.Parse(error)!;
        Assert.Equal(("partial", "one is missing", "node", 3), ((string?)json["code"], (string?)json["message"], (string?)json["field"], (int)json["exit"]!));
    }

    [Fact]
    public async Task Frames_without_an_end_are_incomplete_output()
    {
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "a"))];

        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show", "-o", "json");

        Assert.Equal(69, exit);
        Assert.False((bool)JsonNode.Parse(output)!["complete"]!);
        Assert.Equal("output-incomplete", (string?)JsonNode.Parse(error)!["code"]);
    }

    [Fact]
    public async Task A_table_that_was_cut_off_has_no_count()
    {
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "a"))];

        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show", "--columns", "address");

        Assert.Equal((69, "ADDRESS\na\n"), (exit, output));
        Assert.Contains("Output incomplete", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_and_members_that_are_not_known_are_ignored()
    {
        node.Commands["cluster show"] = _ => ["""{"kind":"sparkle","values":3}""", """{"kind":"text","text":"a\nb","colour":"red"}""", FakeNode.End()];

        Assert.Equal((0, "a\nb\n", ""), await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show"));
    }

    [Fact]
    public async Task Dropped_rows_of_a_stream_are_told()
    {
        node.Commands["cluster tail"] = _ => [FakeNode.Row(("event", "e")), """{"kind":"hb","dropped":7}""", """{"kind":"hb","dropped":7}""", FakeNode.End()];

        var (_, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "tail");

        Assert.Equal("EVENT\ne\n", output);
        Assert.Equal("warning: 7 rows were dropped: this console is slower than what it shows.\n", error);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_stream_with_130_and_valid_json_and_the_node_hears_of_it()
    {
        var (run, gone) = Endless();
        var running = run.RunAsync("cluster", "tail", "-o", "json");
        await WaitAsync(() => run.Out.ToString().Contains("first", StringComparison.Ordinal));

        Assert.True(run.Interrupts.Signal());

        var (exit, output, _) = await running;
        Assert.Equal(130, exit);
        Assert.False((bool)JsonNode.Parse(output)!["complete"]!);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_closed_stdout_ends_a_stream_quietly_and_the_node_hears_of_it()
    {
        var (run, gone) = Endless();
        using var closed = new CancellationTokenSource();
        run.OutClosed = closed.Token;
        var running = run.RunAsync("cluster", "tail");
        await WaitAsync(() => run.Out.ToString().Contains("first", StringComparison.Ordinal));

        await closed.CancelAsync();

        var (exit, _, error) = await running;
        Assert.Equal((0, ""), (exit, error));
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(401, """{"code":"not-allowed","message":"no token","hint":"give one","exit":77}""", 77, "no token\n  give one")]
    [InlineData(403, """{"code":"not-allowed","message":"needs role admin","exit":77}""", 77, "needs role admin")]
    [InlineData(401, "", 77, "refuses this token")]
    [InlineData(429, """{"code":"too-many-sessions","message":"16 sessions","exit":75}""", 75, "16 sessions")]
    [InlineData(404, "<html>", 69, "it answers HTTP 404")]
    [InlineData(302, "", 69, "it answers HTTP 302")]
    [InlineData(200, "<html>hello", 69, "its answer holds no palettes")]
    [InlineData(200, """{"palettes":[]}""", 69, "its answer holds no palettes")]
    [InlineData(200, """{"version":2,"palettes":[],"product":"ActorEvents","productVersion":"9.0"}""", 69, "Install the aectl of ActorEvents 9.0")]
    public async Task A_refusal_says_what_to_do(int status, string body, int exit, string said)
    {
        node.Refusal = (status, body);

        var (code, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("cluster", "show");

        Assert.Equal((exit, ""), (code, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Palettes_are_downloaded_once_and_again_when_they_have_changed()
    {
        var run = new AectlRun(node.RuntimeFolder) { Environment = { ["XDG_CACHE_HOME"] = Path.Combine(node.RuntimeFolder, "cache-of-its-own") } };
        var before = node.Downloads;
        await run.RunAsync("cluster", "show");
        await run.RunAsync("cluster", "show");
        Assert.Equal(before + 1, node.Downloads);

        node.Palettes["added"] = "later";
        await run.RunAsync("cluster", "show");

        Assert.Equal(before + 2, node.Downloads);
    }

    [Fact]
    public async Task A_watch_asks_again_until_Ctrl_C()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var asked = 0;
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", Interlocked.Increment(ref asked))), FakeNode.End()];
        var run = new AectlRun(node.RuntimeFolder) { Time = clock };
        var running = run.RunAsync("cluster", "show", "--watch=5s", "-o", "jsonl");
        await WaitAsync(() => run.Out.ToString().Contains("{\"address\":1}", StringComparison.Ordinal));
        await WaitAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return run.Out.ToString().Contains("{\"address\":2}", StringComparison.Ordinal);
        });

        run.Interrupts.Signal();

        Assert.Equal(130, (await running).Exit);
    }

    private (AectlRun Run, TaskCompletionSource Gone) Endless()
    {
        var gone = node.Endless["cluster tail"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Commands["cluster tail"] = _ => [FakeNode.Row(("event", "first"))];
        return (new AectlRun(node.RuntimeFolder), gone);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }
}
