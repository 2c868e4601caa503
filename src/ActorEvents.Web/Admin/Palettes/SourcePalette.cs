using ActorEvents.Groups;
using ActorEvents.Sources;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>source</c>: where events come from.</summary>
internal static class SourcePalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "source",
        "Where events come from.",
        new CommandDefinition("list", "Sources of each node, as at its last look (a second at most).", (_, output, _) => ListAsync(node, output))
        {
            PerNode = true,
            Columns =
            [
                new("source"), new("state"), new("lanes", ColumnType.Integer), new("inFlight", ColumnType.Integer) { Title = "IN FLIGHT" }, new("waiting", ColumnType.Integer),
                new("problem"), new("reads") { Wide = true },
            ],
        },
        new CommandDefinition("show", "Lanes of a source: what is committed, what is under way, who owes the oldest event.", (call, output, _) => ShowAsync(node, call.Text("source")!, output))
        {
            PerNode = true,
            Parameters = [Name(node)],
            Columns =
            [
                new("stream"), new("state"), new("committed", ColumnType.Integer), new("inFlight", ColumnType.Integer) { Title = "IN FLIGHT" }, new("waiting", ColumnType.Integer), new("owing"),
                new("bytes", ColumnType.Bytes) { Wide = true }, new("tracked", ColumnType.Integer) { Wide = true }, new("start", ColumnType.Integer) { Wide = true }, new("held") { Wide = true },
            ],
            Counted = ("lane", "lanes"),
            Examples = ["source show shop"],
        },
        Pausing.Of(node, PartKind.Source, paused: true, "Lets a source stand still on all nodes, or on one (--node). It keeps its partitions; nothing is lost.", Name(node)),
        Pausing.Of(node, PartKind.Source, paused: false, "Lets a source go on.", Name(node)));

    private static CommandParameter Name(NodeParts node) => new("source")
    {
        Positional = true,
        Required = true,
        Summary = "Its name.",
        Values = () => node.Node.Sources.Select(s => s.Name),
    };

    private static async Task ListAsync(NodeParts node, ICommandOutput output)
    {
        var view = node.View;
        foreach (var source in node.Node.Sources)
        {
            var status = view.Group?.Sources.FirstOrDefault(s => s.Name == source.Name);
            var lanes = status?.Lanes ?? [];
            await output.RowAsync(
                source.Name,
                status is null ? view.Group is null ? "not known" : "not on this node" : status.Draining ? "draining" : status.Paused ? "paused" : status.Problem is not null ? "failing" : "running",
                lanes.Count, lanes.Sum(l => l.InFlight), lanes.Sum(l => l.Waiting), status?.Problem, source.Describe);
        }

        await SilentAsync(view.Group, output);
    }

    private static async Task ShowAsync(NodeParts node, string name, ICommandOutput output)
    {
        if (node.Node.Sources.All(s => s.Name != name))
        {
            throw new CommandException(CommandExit.NotFound, $"There is no source '{name}' on this node; {CommandNames.Some(name, node.Node.Sources.Select(s => s.Name))}.", "source");
        }

        if (node.View.Group?.Sources.FirstOrDefault(s => s.Name == name) is not { } source)
        {
            return;
        }

        foreach (var lane in source.Lanes)
        {
            await output.RowAsync(
                lane.Stream, State(source, lane), lane.Committed, lane.InFlight, lane.Waiting, lane.Owing, lane.BytesInFlight, lane.Tracked, lane.Start, lane.Held);
        }

        foreach (var silent in source.Silent)
        {
            await output.WarnAsync($"Lane {silent} did not answer: it is missing here.", partial: true);
        }
    }

    private static string State(SourceStatus source, LaneStatus lane) =>
        lane.Draining ? "draining" : lane.Paused || source.Paused ? "paused" : lane.SpanReached ? "span reached" : lane.Held.Count > 0 ? "held" : "running";

    internal static async Task SilentAsync(GroupStatus? group, ICommandOutput output)
    {
        foreach (var silent in group?.Silent ?? ["sources and subscriptions of this node"])
        {
            await output.WarnAsync($"No answer of {silent}: what is not known of it is missing here.", partial: true);
        }
    }
}
