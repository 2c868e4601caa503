using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Tests.Aectl;

public sealed class ShellTests(FakeNode node) : IClassFixture<FakeNode>
{
    [Fact]
    public async Task The_shell_greets_prompts_runs_and_leaves()
    {
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "here")), FakeNode.End(count: "1 node")];
        var run = WithKeys("cluster show\nexit\n");

        var (exit, output, error) = await run.RunAsync();

        Assert.Equal(0, exit);
        Assert.Contains("here", output, StringComparison.Ordinal);
        Assert.EndsWith("Count: 1 node\n", output, StringComparison.Ordinal);
        Assert.Contains("connected to akka.tcp://actor-events@127.0.0.1:4053 as socket (admin)", error, StringComparison.Ordinal);
        Assert.Contains("[127.0.0.1:4053] aectl> ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_line_is_typed_the_shell_prompts_again()
    {
        string[] lines = ["\"open", "'open", "end\\", "nul\0", "not utf-8 \uFFFD", new string('x', 70_000), "", "   ", "nosuch thing", "cluster show > /nowhere/file", "cluster show >", "--socket x cluster show"];
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "alive")), FakeNode.End()];
        var (exit, output, error) = await WithKeys(string.Join('\n', lines) + "\ncluster show -o jsonl\n").RunAsync();

        Assert.Equal((0, "{\"address\":\"alive\"}\n"), (exit, output));
        foreach (var said in (string[])["quote \" is opened", "quote ' is opened", "ends with a backslash", "NUL", "not UTF-8", "70,000 characters", "no palette 'nosuch'", "'/nowhere/file' cannot be written", "One file follows >", "settled for all lines"])
        {
            Assert.Contains(said, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ctrl_C_stops_a_stream_and_not_the_shell()
    {
        var gone = node.Endless["cluster tail"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = WithKeys("cluster tail\nwhoami\n");
        node.Commands["cluster tail"] = request =>
        {
            _ = Task.Run(async () =>
            {
                while (!run.Out.ToString().Contains("first", StringComparison.Ordinal))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                }

                run.Interrupts.Signal();
            });
            return [FakeNode.Row(("event", "first"))];
        };

        var (exit, output, _) = await run.RunAsync();
        node.Endless.Remove("cluster tail");
        node.Commands.Remove("cluster tail");

        Assert.Equal(0, exit);
        Assert.Contains("socket", output, StringComparison.Ordinal);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Output_goes_to_a_file_plain_and_is_added_to_it()
    {
        node.Commands["cluster show"] = _ => [FakeNode.Row(("address", "here")), FakeNode.End()];
        var file = Path.Combine(node.RuntimeFolder, "out file.txt");

        await WithKeys($"cluster show -q --columns address > '{file}'\ncluster show -q --columns address >> '{file}'\n").RunAsync();

        Assert.Equal("here\nhere\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Tab_completes_palettes_commands_and_what_the_node_knows()
    {
        await WithKeys("clu\tdo\tx\t\n").RunAsync();
        var run = WithKeys("dlq list --by s\t--type x\t\n");
        await run.RunAsync();

        Assert.Equal(("size", "x-type"), ((string?)node.Requests[^1]["args"]!["by"], (string?)node.Requests[^1]["args"]!["type"]![0]));
    }

    [Fact]
    public async Task The_history_is_the_users_own_file()
    {
        var run = WithKeys("whoami\ndlq list --password geheim\nwhoami\n");
        await run.RunAsync();

        var file = Path.Combine(run.Environment["XDG_STATE_HOME"], "aectl", "history");
        Assert.EndsWith("whoami\ndlq list\nwhoami\n", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var again = new AectlRun(node.RuntimeFolder) { Keys = [new Key(KeyKind.Up), new Key(KeyKind.Enter)] };
        Assert.Contains("socket", (await again.RunAsync()).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_stops_at_its_first_failure_and_says_where()
    {
        var script = await ScriptAsync("# comment\n\nwhoami -q\nnosuch one\nwhoami -q\n");
        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("-f", script);

        Assert.Equal(64, exit);
        Assert.Single(output.TrimEnd().Split('\n'));
        Assert.Contains("line 4: exit 64", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_keeps_going_ends_with_its_first_failure()
    {
        node.Commands["cluster show"] = _ => [FakeNode.End(10)];
        var script = await ScriptAsync("cluster show -o none\nnosuch\nwhoami -q\n");

        var (exit, output, _) = await new AectlRun(node.RuntimeFolder).RunAsync("--keep-going", "-f", script);

        Assert.Equal(10, exit);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Lines_of_stdin_are_a_script_with_a_dash_and_a_shell_without()
    {
        var script = await new AectlRun(node.RuntimeFolder) { Input = "nosuch\nwhoami -q\n" }.RunAsync("-f", "-");
        var shell = await new AectlRun(node.RuntimeFolder) { Input = "nosuch\nwhoami -q\n" }.RunAsync();

        Assert.Equal((64, ""), (script.Exit, script.Out));
        Assert.Equal(0, shell.Exit);
        Assert.Contains("socket", shell.Out, StringComparison.Ordinal);
    }

    private AectlRun WithKeys(string text) => new(node.RuntimeFolder) { Keys = AectlRun.Typed(text) };

    private async Task<string> ScriptAsync(string text)
    {
        var file = Path.Combine(node.RuntimeFolder, Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
