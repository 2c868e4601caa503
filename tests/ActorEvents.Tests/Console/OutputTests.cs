using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorEvents.Tests.Aectl;

public sealed class OutputTests(FakeNode node) : IClassFixture<FakeNode>
{
    private static readonly string[] Members =
    [
        FakeNode.Row(("address", "akka.tcp://a@h:1"), ("roles", new JsonArray("x", "y")), ("status", "Up"), ("since", "2026-01-01T00:00:00Z")),
        FakeNode.Row(("address", "akka.tcp://a@h:22"), ("roles", new JsonArray()), ("status", "Down"), ("since", null)),
        FakeNode.End(count: "2 nodes"),
    ];

    [Fact]
    public async Task A_table_has_the_columns_of_the_command_and_ends_with_the_count()
    {
        var (exit, output, error) = await RunAsync(Members, "cluster", "show");

        Assert.Equal(0, exit);
        Assert.Equal("ADDRESS           | ROLES  | STATUS\nakka.tcp://a@h:1  | [x, y] | Up\nakka.tcp://a@h:22 | []     | Down\nCount: 2 nodes\n", output);
        Assert.Empty(error);
    }

    [Fact]
    public async Task A_wide_table_has_all_columns()
    {
        var (_, output, _) = await RunAsync(Members, "cluster", "show", "-o", "wide");

        Assert.StartsWith("ADDRESS           | ROLES  | STATUS | SINCE\n", output, StringComparison.Ordinal);
        Assert.Contains("| Up     | 2026-01-01T00:00:00Z\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_leaves_data_only() =>
        Assert.Equal("akka.tcp://a@h:1  | [x, y] | Up\nakka.tcp://a@h:22 | []     | Down\n", (await RunAsync(Members, "-q", "cluster", "show")).Out);

    [Fact]
    public async Task Columns_are_shown_in_the_order_asked_for() =>
        Assert.Equal("status\taddress\nUp\takka.tcp://a@h:1\nDown\takka.tcp://a@h:22\n", (await RunAsync(Members, "cluster", "show", "-o", "tsv", "--columns", "status,address")).Out);

    [Fact]
    public async Task A_column_that_does_not_exist_is_said_before_anything_is_sent()
    {
        var sent = node.Requests.Count;
        var (exit, output, error) = await RunAsync(Members, "cluster", "show", "--columns", "statsu");

        Assert.Equal((64, ""), (exit, output));
        Assert.Contains("Did you mean 'status'?", error, StringComparison.Ordinal);
        Assert.Equal(sent, node.Requests.Count);
    }

    [Fact]
    public async Task Json_is_one_object_with_every_member_of_each_row()
    {
        var (_, output, _) = await RunAsync(Members, "cluster", "show", "-o", "json");

        var json = JsonNode.Parse(output)!;
        Assert.Equal("2 nodes", (string?)json["count"]);
        Assert.True((bool)json["complete"]!);
        Assert.Equal("2026-01-01T00:00:00Z", (string?)json["rows"]![0]!["since"]);
        Assert.Equal(2, json["rows"]!.AsArray().Count);
    }

    [Fact]
    public async Task Json_of_no_rows_is_an_object_too() => Assert.Empty(JsonNode.Parse((await RunAsync([FakeNode.End()], "cluster", "show", "-o", "json")).Out)!["rows"]!.AsArray());

    [Fact]
    public async Task Jsonl_is_a_row_a_line()
    {
        var (_, output, _) = await RunAsync(Members, "cluster", "show", "-o", "jsonl", "--columns", "status");

        Assert.Equal("{\"status\":\"Up\"}\n{\"status\":\"Down\"}\n", output);
    }

    [Fact]
    public async Task None_prints_nothing() => Assert.Equal((0, "", ""), await RunAsync(Members, "cluster", "show", "-o", "none"));

    /// <summary>Markup of a console library once rewrote ":house:", threw at "[1]" and passed escape sequences on.</summary>
    [Theory]
    [InlineData("a:house:b", "a:house:b")]
    [InlineData("x[1]", "x[1]")]
    [InlineData("[red]k[/]", "[red]k[/]")]
    [InlineData("日本", "日本")]
    [InlineData("😀", "😀")]
    [InlineData("\e[2J\r\n\t\u009b\u202e\u2028\u007f", "\\e[2J\\r\\n\\t\\x9B\\u202E\\u2028\\x7F")]
    public async Task Keys_are_shown_as_they_are_and_never_act_on_the_terminal(string key, string shown)
    {
        string[] frames = [FakeNode.Row(("key", key)), FakeNode.End()];

        var plain = (await RunAsync(frames, "dlq", "list", "-q", "--columns", "key")).Out;
        var terminal = (await RunAsync(frames, true, "dlq", "list", "--columns", "key")).Out;

        Assert.Equal(shown + "\n", plain);
        Assert.Contains(shown, terminal, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", terminal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_exact_and_harmless_at_once()
    {
        var (_, output, _) = await RunAsync([FakeNode.Row(("key", "\e\u009b\u202e日本+<'")), FakeNode.End()], "dlq", "list", "-o", "jsonl");

        Assert.Equal("\e\u009b\u202e日本+<'", (string?)JsonNode.Parse(output)!["key"]);
        Assert.Equal("{\"key\":\"\\u001B\\u009B\\u202E日本+<'\"}\n", output);
    }

    [Fact]
    public async Task A_terminal_gets_a_coloured_table_and_none_with_no_color()
    {
        var coloured = (await RunAsync(Members, true, "cluster", "show")).Out;
        var plain = (await RunAsync(Members, true, "cluster", "show", "--no-color")).Out;

        Assert.Contains("\e[", coloured, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", plain, StringComparison.Ordinal);
        Assert.Contains("│", plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso", "2025-12-31T23:00:00Z")]
    [InlineData("relative", "1 h 0 m ago")]
    [InlineData("unix", "1767222000")]
    public async Task Times_have_the_form_asked_for(string form, string shown)
    {
        string[] frames = [FakeNode.Row(("at", "2025-12-31T23:00:00Z")), FakeNode.End()];

        Assert.Equal(shown + "\n", (await RunAsync(frames, "dlq", "list", "--time", form, "-q", "--columns", "at")).Out);
    }

    [Fact]
    public async Task Sizes_and_durations_are_for_people_in_tables_and_numbers_elsewhere()
    {
        string[] frames = [FakeNode.Row(("size", 1_572_864), ("age", 90_061_000.5)), FakeNode.End()];

        Assert.Equal("1.5 MiB | 1 d 1 h\n", (await RunAsync(frames, "dlq", "list", "-q", "--columns", "size,age")).Out);
        Assert.Equal("1572864\t90061000.5\n", (await RunAsync(frames, "dlq", "list", "-q", "-o", "tsv", "--columns", "size,age")).Out);
    }

    [Fact]
    public async Task A_schema_is_printed_without_asking_for_rows()
    {
        var sent = node.Requests.Count;
        var json = JsonNode.Parse((await RunAsync(Members, "cluster", "show", "--schema")).Out)!;

        Assert.Equal(["address", "roles", "status", "since"], json["$defs"]!["row"]!["properties"]!.AsObject().Select(p => p.Key));
        Assert.Equal(sent, node.Requests.Count);
    }

    [Fact]
    public async Task The_next_page_is_told_on_stderr_and_asked_for_with_its_token()
    {
        var (_, output, error) = await RunAsync([FakeNode.Row(("key", "k")), FakeNode.End(page: "p2")], "dlq", "list", "--limit", "1", "--page", "p1");

        Assert.DoesNotContain("p2", output, StringComparison.Ordinal);
        Assert.Contains("--page p2", error, StringComparison.Ordinal);
        Assert.Equal(("p1", 1), ((string?)node.Requests[^1]["page"], (int)node.Requests[^1]["limit"]!));
    }

    private Task<(int Exit, string Out, string Error)> RunAsync(string[] frames, params string[] arguments) => RunAsync(frames, false, arguments);

    private Task<(int Exit, string Out, string Error)> RunAsync(string[] frames, bool terminal, params string[] arguments)
    {
        node.Commands["cluster show"] = node.Commands["dlq list"] = _ => frames;
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return new AectlRun(node.RuntimeFolder) { Keys = terminal ? [] : null, Time = clock }.RunAsync(arguments);
    }
}
