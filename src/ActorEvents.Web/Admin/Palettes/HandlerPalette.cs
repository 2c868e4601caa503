using ActorEvents.Groups;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>handler</c>: handler types, and their keys that do not go on.</summary>
internal static class HandlerPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "handler",
        "Handler types.",
        new CommandDefinition("list", "Handlers of each node with what they hold, as at its last look.", (_, output, _) => ListAsync(node, output))
        {
            PerNode = true,
            Columns =
            [
                new("handler"), new("state"), new("unsettled", ColumnType.Integer), new("inFlight", ColumnType.Integer) { Title = "IN FLIGHT" }, new("overdue", ColumnType.Integer),
                new("blocked", ColumnType.Integer), new("keys", ColumnType.Integer) { Wide = true }, new("lanes", ColumnType.Integer) { Wide = true }, new("takes") { Wide = true },
            ],
        },
        new CommandDefinition("show", "What a handler waits for longest, stream by stream.", (call, output, _) => ShowAsync(node, call.Text("handler")!, output))
        {
            PerNode = true,
            Parameters = [Name(node)],
            Columns = [new("stream"), new("state"), new("position", ColumnType.Integer), new("key"), new("failures", ColumnType.Integer), new("problem")],
            Counted = ("stream", "streams"),
            Examples = ["handler show orders"],
        },
        new CommandDefinition("blocked", "Keys that do not go on, with the event that failed and why.", (call, output, _) => BlockedAsync(node, call.Text("handler"), output))
        {
            PerNode = true,
            Parameters = [Name(node) with { Required = false, Summary = "Only of this one." }],
            Columns = [new("handler"), new("key"), new("stream"), new("position", ColumnType.Integer), new("failures", ColumnType.Integer), new("reason"), new("eventId") { Wide = true }, new("eventType") { Wide = true }],
            Counted = ("key", "keys"),
        },
        Pausing.Of(node, PartKind.Handler, paused: true, "Lets a handler stand still on all nodes, or on one (--node); others go on. It misses nothing: what comes meanwhile is read again for it.", Name(node)),
        Pausing.Of(node, PartKind.Handler, paused: false, "Lets a handler go on, from where it stopped.", Name(node)));

    internal static CommandParameter Name(NodeParts node) => new("handler")
    {
        Positional = true,
        Required = true,
        Summary = "Its name.",
        Values = () => node.Node.Handlers.Select(h => h.Name),
    };

    /// <exception cref="CommandException">This node has none of that name.</exception>
    internal static void Known(NodeParts node, string name)
    {
        if (node.Node.Handlers.All(h => h.Name != name))
        {
            throw new CommandException(CommandExit.NotFound, $"There is no handler '{name}' on this node; {CommandNames.Some(name, node.Node.Handlers.Select(h => h.Name))}.", "handler");
        }
    }

    private static async Task ListAsync(NodeParts node, ICommandOutput output)
    {
        var group = node.View.Group;
        var blocked = node.Node.Blocked.All.CountBy(b => b.Handler, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var handler in node.Node.Handlers)
        {
            if (group?.Subscriptions.FirstOrDefault(s => s.Handler == handler.Name) is { } status)
            {
                await output.RowAsync(
                    handler.Name, status.Paused ? "paused" : status.Stalled.Count > 0 ? "stalled" : "running", status.Unsettled, status.InFlight, status.Overdue,
                    blocked.GetValueOrDefault(handler.Name), status.Keys, status.Sessions, handler.Selector.Text);
            }
            else
            {
                await output.RowAsync(handler.Name, group is null ? "not known" : "starting", null, null, null, blocked.GetValueOrDefault(handler.Name), null, null, handler.Selector.Text);
            }
        }

        await SourcePalette.SilentAsync(group, output);
    }

    private static async Task ShowAsync(NodeParts node, string name, ICommandOutput output)
    {
        Known(node, name);
        var group = node.View.Group;
        if (group?.Subscriptions.FirstOrDefault(s => s.Handler == name) is not { } status)
        {
            await SourcePalette.SilentAsync(group, output);
            return;
        }

        foreach (var stalled in status.Stalled)
        {
            await output.RowAsync(stalled.Stream, "stalled", stalled.Position, null, stalled.Failures, stalled.Problem);
        }

        foreach (var held in status.Held)
        {
            await output.RowAsync(held.Stream, "held", held.Position, null, null, $"waits for handler {held.Handler}, which takes {held.Type} and which this node lacks");
        }

        foreach (var oldest in status.Oldest)
        {
            await output.RowAsync(oldest.Stream, "oldest unsettled", oldest.Position, oldest.Key.Value, null, null);
        }
    }

    private static async Task BlockedAsync(NodeParts node, string? name, ICommandOutput output)
    {
        if (name is not null)
        {
            Known(node, name);
        }

        foreach (var b in node.Node.Blocked.All.Where(b => name is null || b.Handler == name).OrderBy(b => b.Handler, StringComparer.Ordinal).ThenBy(b => b.Key.Value, StringComparer.Ordinal))
        {
            await output.RowAsync(b.Handler, b.Key.Value, b.Event?.Position.Stream.Name, b.Event?.Position.Number, b.Failures, b.Reason, b.Event?.Id, b.Event?.Type);
        }
    }
}
