using System.Text;
using System.Text.Json;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Web.Admin.Frames;

public sealed class FrameOutputTests
{
    private readonly MemorySink _sink = new();

    [Fact]
    public async Task An_answer_is_its_schema_its_rows_and_its_end()
    {
        using var output = Output(new() { Columns = [new("name"), new("size", ColumnType.Bytes) { Wide = true }], Counted = ("thing", "things") });
        await output.RowAsync("a", 1L);
        await output.RowAsync(null, null);
        await output.EndAsync(null, null, CancellationToken.None);

        Assert.Equal(
            """
            {"kind":"schema","columns":[{"name":"name","title":"NAME","type":"string","wide":false},{"name":"size","title":"SIZE","type":"bytes","wide":true}]}
            {"kind":"row","values":{"name":"a","size":1}}
            {"kind":"row","values":{"name":null,"size":null}}
            {"kind":"end","exit":0,"rows":2,"count":"2 things","truncated":false,"page":null,"node":"n1","asOf":"2000-01-01T00:00:00.000Z"}

            """,
            Text());
    }

    [Fact]
    public async Task An_answer_without_rows_has_its_schema_all_the_same()
    {
        using var output = Output(new() { Columns = [new("name")] });
        await output.EndAsync(null, null, CancellationToken.None);

        Assert.Equal(["schema", "end"], Kinds());
    }

    [Fact]
    public async Task Rows_beyond_the_limit_are_left_out_and_said_to_be()
    {
        using var output = Output(new() { Columns = [new("name")] }, limit: 1);
        await output.RowAsync("a");
        await output.RowAsync("b");
        await output.EndAsync(null, null, CancellationToken.None);

        Assert.Equal(["schema", "row", "end"], Kinds());
        Assert.True(End().GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task What_runs_on_each_node_names_it_in_each_row()
    {
        using var output = Output(new() { Columns = [new("name")], PerNode = true });
        await output.RowAsync("a");

        Assert.Contains("""{"kind":"row","values":{"node":"n1","name":"a"}}""", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_of_something_missing_makes_the_answer_a_partial_one()
    {
        using var output = Output(new());
        await output.WarnAsync("a note", "n2");
        Assert.Equal(CommandExit.Ok, output.Exit);

        await output.WarnAsync("n2 is missing", "n2", partial: true);
        await output.EndAsync(null, null, CancellationToken.None);

        Assert.Equal(3, End().GetProperty("exit").GetInt32());
    }

    [Fact]
    public async Task A_failure_is_an_error_and_its_exit()
    {
        using var output = Output(new() { Columns = [new("name")] });
        await output.EndAsync(new CommandException(CommandExit.NotFound, "no", "name", "look"), "c1", CancellationToken.None);

        Assert.StartsWith("""{"kind":"error","code":"not-found","message":"no","field":"name","hint":"look","correlationId":"c1"}""", Text(), StringComparison.Ordinal);
        Assert.Equal(66, End().GetProperty("exit").GetInt32());
    }

    [Fact]
    public async Task Values_are_written_in_their_column_s_form_and_texts_exactly()
    {
        using var output = Output(new() { Columns = [new("t", ColumnType.Time), new("d", ColumnType.Duration), new("n", ColumnType.Number), new("l"), new("j", ColumnType.Json), new("x")] });
        await output.RowAsync(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1.5), double.NaN, (string[])["a", "b"], (string[])["a"], "\u001b[31m\r\u009b\u202eé");

        var row = JsonDocument.Parse(Text().Split('\n')[1]).RootElement.GetProperty("values");
        Assert.Equal("""{"t":"1970-01-01T00:00:00.000Z","d":1500,"n":null,"l":"a, b","j":["a"],""", row.GetRawText()[..71]);
        Assert.Equal("\u001b[31m\r\u009b\u202eé", row.GetProperty("x").GetString());
        Assert.DoesNotContain('\u001b', row.GetRawText());
    }

    [Fact]
    public async Task A_row_of_another_length_is_a_bug_that_is_not_written()
    {
        using var output = Output(new() { Columns = [new("name")] });

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await output.RowAsync("a", "b"));
        Assert.Equal("", Text());
    }

    [Fact]
    public async Task What_was_dropped_anywhere_is_in_the_heartbeat_and_none_comes_behind_the_end()
    {
        using var output = Output(new() { Streaming = true });
        output.Dropped(3);
        output.Dropped("n2", 4);
        await output.HeartbeatAsync();
        await output.EndAsync(null, null, CancellationToken.None);
        await output.HeartbeatAsync();

        Assert.Equal(["hb", "end"], Kinds());
        Assert.Contains("""{"kind":"hb","dropped":7}""", Text(), StringComparison.Ordinal);
    }

    private FrameOutput Output(Definition definition, int limit = 100) => new(
        new CommandDefinition("show", "", (_, _, _) => Task.CompletedTask)
        {
            Columns = definition.Columns,
            PerNode = definition.PerNode,
            Streaming = definition.Streaming,
            Counted = definition.Counted,
        },
        _sink, "n1", limit, new FakeTimeProvider(), CancellationToken.None);

    private string Text() => Encoding.UTF8.GetString(_sink.Lines.Span);

    private IEnumerable<string> Kinds() => Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("kind").GetString()!);

    private JsonElement End() => JsonDocument.Parse(Text().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;

    private sealed record Definition
    {
        public IReadOnlyList<CommandColumn> Columns { get; init; } = [];

        public bool PerNode { get; init; }

        public bool Streaming { get; init; }

        public (string One, string Many)? Counted { get; init; }
    }
}
