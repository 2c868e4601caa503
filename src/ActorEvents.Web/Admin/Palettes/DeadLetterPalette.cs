using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ActorEvents.Journal.Stores;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>dlq</c>: what can never be handled, or was refused by a destination (table <c>ae_dead_letters</c>). Akka's dead letters are another thing.</summary>
internal static class DeadLetterPalette
{
    private const int PageRows = 200;

    public static CommandPalette Of(NodeParts node) => new(
        "dlq",
        "Records that never become events for a handler, and events that a destination refused (table ae_dead_letters; not Akka's dead letters).",
        new CommandDefinition("stats", "How many there are, by stream, handler and reason.", (call, output, stop) => StatsAsync(node, call, output, stop))
        {
            Columns = [new("count", ColumnType.Integer), new("stream"), new("handler"), new("reason"), new("first", ColumnType.Time), new("last", ColumnType.Time)],
            Counted = ("group", "groups"),
        },
        new CommandDefinition("list", "Dead letters, oldest first, a page at a time.", (call, output, stop) => ListAsync(node, call, output, stop))
        {
            Paged = true,
            Parameters = [.. Filters],
            Columns = [new("id", ColumnType.Integer), new("storedAt", ColumnType.Time) { Title = "STORED" }, new("stream"), new("position", ColumnType.Integer), new("handler"), new("key"), new("bytes", ColumnType.Bytes), new("reason")],
            Counted = ("dead letter", "dead letters"),
            Examples = ["dlq list --limit 20", "dlq list --stream relay/"],
        },
        new CommandDefinition("show", "One dead letter with its headers and payload.", (call, output, stop) => ShowAsync(node, call, output, stop))
        {
            Parameters = [new("id", ParameterKind.Integer) { Positional = true, Required = true, Min = 1, Summary = "As dlq list shows it." }],
            Columns = Whole,
            Examples = ["dlq show 17"],
        },
        new CommandDefinition("export", "All of them, whole; for a file.", (call, output, stop) => ExportAsync(node, call, output, stop))
        {
            Streaming = true,
            Parameters = [.. Filters],
            Columns = Whole,
            Counted = ("dead letter", "dead letters"),
            Examples = ["dlq export -o jsonl > dead-letters.jsonl"],
        });

    private static CommandParameter[] Filters =>
    [
        new("stream") { Summary = "Only of streams whose names begin so; relay/ are those that destinations refused." },
        new("handler") { Summary = "Only of this handler." },
    ];

    private static CommandColumn[] Whole =>
    [
        new("id", ColumnType.Integer), new("storedAt", ColumnType.Time) { Title = "STORED" }, new("stream"), new("position", ColumnType.Integer), new("handler"), new("reason"),
        new("key"), new("keyEncoding") { Wide = true }, new("headers", ColumnType.Json), new("value"), new("valueEncoding") { Wide = true },
    ];

    /// <summary>Bytes as text where they are text, else in Base64; null stays null.</summary>
    internal static (string? Text, string? Encoding) Readable(byte[]? bytes) => bytes switch
    {
        null => (null, null),
        _ when Utf8.IsValid(bytes) => (Encoding.UTF8.GetString(bytes), "utf8"),
        _ => (Convert.ToBase64String(bytes), "base64"),
    };

    private static async Task StatsAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var groups = await node.Journal.Refused.GroupsAsync(call.Limit, stop);
        foreach (var group in groups)
        {
            await output.RowAsync(group.Count, group.Stream, group.Handler, group.Reason, group.First, group.Last);
        }

        var all = await node.Journal.DeadLetters.CountAsync(stop);
        await output.TextAsync(string.Create(CultureInfo.InvariantCulture, $"{all} in all"));
    }

    private static async Task ListAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var after = call.Page is not { } page ? 0 : long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw new CommandException(CommandExit.BadData, $"'{page}' is no page of this command.", "page", "Give what the end of the page before says.");
        var rows = await node.Journal.Refused.ListAsync(after, call.Text("stream") ?? "", call.Text("handler"), call.Limit + 1, stop);
        foreach (var d in rows.Take(call.Limit))
        {
            await output.RowAsync(
                d.Id, d.StoredAt, d.Stream, d.Position, d.Handler, Readable(d.Key).Text, (d.Key?.Length ?? 0) + (d.Value?.Length ?? 0) + d.Headers.Sum(h => h.Key.Length + (h.Value?.Length ?? 0)), d.Reason);
        }

        if (rows.Count > call.Limit)
        {
            output.NextPage(rows[call.Limit - 1].Id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task ShowAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var id = call.Integer("id")!.Value;
        await RowAsync(await node.Journal.Refused.FindAsync(id, stop) ?? throw new CommandException(CommandExit.NotFound, $"There is no dead letter {id}.", "id", "dlq list shows those there are."), output);
    }

    private static async Task ExportAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        for (var after = 0L; ;)
        {
            var rows = await node.Journal.Refused.ListAsync(after, call.Text("stream") ?? "", call.Text("handler"), PageRows, stop);
            foreach (var row in rows)
            {
                await RowAsync(row, output);
            }

            if (rows.Count < PageRows)
            {
                return;
            }

            after = rows[^1].Id;
        }
    }

    private static ValueTask RowAsync(StoredDeadLetter d, ICommandOutput output)
    {
        var ((key, keyEncoding), (value, valueEncoding)) = (Readable(d.Key), Readable(d.Value));
        return output.RowAsync(
            d.Id, d.StoredAt, d.Stream, d.Position, d.Handler, d.Reason, key, keyEncoding, d.Headers.Select(h => new { name = h.Key, value = Readable(h.Value).Text }), value, valueEncoding);
    }
}
