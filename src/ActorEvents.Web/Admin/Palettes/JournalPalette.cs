using System.Globalization;
using ActorEvents.Journal.Entries;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>journal</c>: what stands in it.</summary>
internal static class JournalPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "journal",
        "What stands in the journal.",
        new CommandDefinition("show", "Which journal this is, and how far it goes.", (_, output, stop) => ShowAsync(node, output, stop))
        {
            Columns = [new("journal"), new("place"), new("highest", ColumnType.Integer), new("problem")],
        },
        new CommandDefinition("events", "History of a key: its rows with state events, positions, rejections and outgoing events, a page at a time.", (call, output, stop) => EventsAsync(node, call, output, stop))
        {
            Paged = true,
            Parameters =
            [
                HandlerPalette.Name(node), KeyPalette.Key,
                new("from", ParameterKind.Integer) { Min = 1, Summary = "First sequence number." },
                new("to", ParameterKind.Integer) { Min = 1, Summary = "Last sequence number." },
            ],
            Columns =
            [
                new("number", ColumnType.Integer), new("ordering", ColumnType.Integer), new("what"), new("name"), new("data"), new("stream"), new("position", ColumnType.Integer),
                new("encoding") { Wide = true },
            ],
            Counted = ("entry", "entries"),
            Examples = ["journal events orders 536365"],
        });

    private static async Task ShowAsync(NodeParts node, ICommandOutput output, CancellationToken stop) => await output.RowAsync(
        node.Journal.JournalId, node.Journal.Description, await node.Journal.Reader.HighestOrderingAsync(stop), await node.Journal.ProblemAsync(stop));

    private static async Task EventsAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var name = call.Text("handler")!;
        HandlerPalette.Known(node, name);
        var id = node.Node.Handlers.First(h => h.Name == name).PersistenceId(KeyPalette.Checked(call.Text("key")!));
        var after = call.Page is { } page ? long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : throw new CommandException(CommandExit.BadData, $"'{page}' is no page of this command.", "page", "Give what the end of the page before says.")
            : (call.Integer("from") ?? 1) - 1;
        var to = call.Integer("to") ?? long.MaxValue;
        var rows = await node.Journal.History.OfEntityAsync(id, after, call.Limit + 1, stop);
        if (rows.Count == 0 && call.Page is null && call.Integer("from") is null)
        {
            throw new CommandException(CommandExit.NotFound, $"Key '{call.Text("key")}' of handler '{name}' has no rows in the journal.", "key", "Keys are compared letter by letter; a handler without durability stores none.");
        }

        foreach (var row in rows.Take(call.Limit).Where(r => r.SequenceNumber <= to))
        {
            await RowAsync(row, output);
        }

        if (rows.Count > call.Limit && rows[call.Limit].SequenceNumber <= to)
        {
            output.NextPage(rows[call.Limit - 1].SequenceNumber.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task RowAsync(JournalRow row, ICommandOutput output)
    {
        if (row.Entry is not { } entry)
        {
            await output.RowAsync(row.SequenceNumber, row.Ordering, "unreadable", null, row.Problem, null, null, null);
            return;
        }

        foreach (var state in entry.StateEvents)
        {
            var (text, encoding) = DeadLetterPalette.Readable(state.Bytes.ToArray());
            await output.RowAsync(row.SequenceNumber, row.Ordering, "state", state.Manifest, text, null, null, encoding);
        }

        foreach (var rejected in entry.Rejections)
        {
            await output.RowAsync(row.SequenceNumber, row.Ordering, "rejected", rejected.EventId, rejected.Reason, rejected.Stream, rejected.Position, null);
        }

        foreach (var sent in entry.Outgoing)
        {
            var (text, encoding) = DeadLetterPalette.Readable(sent.HasData ? sent.Data.ToArray() : null);
            await output.RowAsync(row.SequenceNumber, row.Ordering, "emitted", sent.Type, text, sent.Destination, null, encoding);
        }

        foreach (var position in entry.Positions)
        {
            await output.RowAsync(row.SequenceNumber, row.Ordering, "position", null, null, position.Stream, position.UpTo, null);
        }
    }
}
