using System.Text.Json.Nodes;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Tests.Aectl;

public sealed class LocalCommandTests(FakeNode node) : IClassFixture<FakeNode>
{
    [Fact]
    public async Task Whoami_nodes_and_commands_have_the_forms_of_all_commands()
    {
        Assert.Equal("admin", (string?)JsonNode.Parse((await RunAsync("whoami", "-o", "json")).Out)!["rows"]![0]!["role"]);
        Assert.Contains(node.Socket, (await RunAsync("nodes", "-o", "tsv")).Out, StringComparison.Ordinal);
        var commands = (await RunAsync("commands", "-o", "jsonl")).Out.TrimEnd().Split('\n').Select(l => JsonNode.Parse(l)!);
        Assert.Contains(commands, c => (string?)c["form"] == "cluster down <address>" && (string?)c["effect"] == "destructive");
    }

    [Fact]
    public async Task Every_exit_code_of_aectl_is_explained()
    {
        var codes = typeof(ExitCodes).GetFields().Select(f => (int)f.GetValue(null)!);
        foreach (var code in codes)
        {
            Assert.Equal(0, (await RunAsync("explain", code.ToString(System.Globalization.CultureInfo.InvariantCulture))).Exit);
        }

        Assert.Contains("rows are missing", (await RunAsync("explain", "output-incomplete")).Out, StringComparison.Ordinal);
        Assert.Equal(66, (await RunAsync("explain", "nonsense")).Exit);
    }

    [Theory]
    [InlineData("help", "Palettes (help PALETTE shows its commands)")]
    [InlineData("--help", "members")]
    [InlineData("help cluster", "cluster down <address>")]
    [InlineData("cluster --help", "(until Ctrl+C)")]
    [InlineData("help dlq list", "at most 9")]
    [InlineData("dlq list -h", "one of age, size")]
    [InlineData("help context", "context add <name> [<address>]")]
    [InlineData("help explain", "explain 69")]
    public async Task Help_shows_what_there_is(string line, string shown)
    {
        var (exit, output, _) = await RunAsync(line.Split(' '));

        Assert.Equal(0, exit);
        Assert.Contains(shown, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_without_a_node_says_why_there_are_no_palettes()
    {
        var (exit, output, error) = await RunAsync("help", "--socket", "/nowhere/s");

        Assert.Equal(0, exit);
        Assert.Contains("--host HOST:PORT", output, StringComparison.Ordinal);
        Assert.Contains("There is no socket /nowhere/s", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aectl ", "cluster", "whoami")]
    [InlineData("aectl cl", "cluster", null)]
    [InlineData("aectl cluster d", "down", null)]
    [InlineData("aectl cluster down ", "-address", "a:b")]
    [InlineData("aectl dlq list --type x", "x-type", null)]
    [InlineData("aectl dlq list --type=x", "--type=x-type", null)]
    [InlineData("aectl dlq list --tr", "--tree", null)]
    [InlineData("aectl dlq list --by ", "age", "size")]
    [InlineData("aectl cluster show --columns ", "address", "since")]
    [InlineData("aectl -o ta", "table", null)]
    [InlineData("aectl help dlq in", "inspect", null)]
    [InlineData("aectl context ", "add", "rm")]
    [InlineData("aectl completion z", "zsh", null)]
    public async Task Completion_knows_what_the_node_knows(string line, string value, string? another)
    {
        var values = (await RunAsync("__complete", "--line", line)).Out.Split('\n');

        Assert.Contains(value, values);
        Assert.Contains(another ?? value, values);
        Assert.All(values, v => Assert.StartsWith(v.Length == 0 ? "" : line.Split(' ')[^1], v, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Completion_is_silent_whatever_is_wrong()
    {
        Assert.Equal((0, "", ""), await RunAsync("__complete", "--", "--socket", "/nowhere/s", "cluster", ""));
        Assert.Equal((0, "", ""), await RunAsync("__complete", "--", "--nosuch", "x", ""));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Scripts_ask_for_completions(string shell) => Assert.Contains("aectl __complete", (await RunAsync("completion", shell)).Out, StringComparison.Ordinal);

    private Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments) => new AectlRun(node.RuntimeFolder).RunAsync(arguments);
}
