using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>relay</c>: what is published, wherever in the cluster the relay runs.</summary>
internal static class RelayPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "relay",
        "What handlers emit, on its way out.",
        new CommandDefinition("show", "Destinations with their place in the journal, as at this node's last look.", (_, output, _) => ShowAsync(node, output))
        {
            Columns =
            [
                new("destination"), new("state"), new("place", ColumnType.Integer), new("lag", ColumnType.Integer), new("problem"), new("journalEnd", ColumnType.Integer) { Title = "JOURNAL END" },
                new("topicId") { Wide = true },
            ],
            Counted = ("destination", "destinations"),
        });

    private static async Task ShowAsync(NodeParts node, ICommandOutput output)
    {
        if (node.Builder.Destination is null)
        {
            throw new CommandException(CommandExit.NotFound, "Nothing is published here: this node has no destination.");
        }

        var relay = node.View.Relay ?? throw new CommandException(CommandExit.TimedOut, "The relay has not answered this node yet: it starts, or moves to another node.", hint: "Ask again.");
        foreach (var d in relay.Destinations.OrderBy(d => d.Destination, StringComparer.Ordinal))
        {
            await output.RowAsync(d.Destination, d.Stopped is not null ? "stopped" : d.Fault is not null ? "failing" : "running", d.Place, d.Lag, d.Stopped ?? d.Fault, relay.Highest, d.TopicId);
        }

        if (relay.Problem is { } problem)
        {
            await output.WarnAsync($"The whole relay is held up: {problem}");
        }

        foreach (var silent in node.View.Silent.Where(s => s.StartsWith("relay", StringComparison.Ordinal)))
        {
            await output.WarnAsync(silent, partial: true);
        }
    }
}
