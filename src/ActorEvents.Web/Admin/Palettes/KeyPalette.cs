using ActorEvents.Events;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Nodes;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>key</c>: one entity.</summary>
internal static class KeyPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "key",
        "One key of a handler.",
        new CommandDefinition("show", "Where an entity is, whether it goes on, and what it has of each stream. Wakes it, if it is not in memory.", (call, output, stop) => ShowAsync(node, call, output, stop))
        {
            Parameters = [HandlerPalette.Name(node), Key],
            Columns =
            [
                new("handler"), new("key"), new("node"), new("shard"), new("state"), new("deliveries", ColumnType.Integer), new("stream"), new("position", ColumnType.Integer), new("problem"),
                new("session", ColumnType.Integer) { Wide = true },
            ],
            Examples = ["key show orders 536365"],
        });

    internal static CommandParameter Key => new("key") { Positional = true, Required = true, Summary = "The key, as events have it." };

    /// <exception cref="CommandException">No text that can be a key.</exception>
    internal static EntityKey Checked(string key) => EntityKey.Flaw(key) is { } flaw ? throw new CommandException(CommandExit.BadData, $"'{key}' is no key: it {flaw}.", "key") : new EntityKey(key);

    private static async Task ShowAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var handler = call.Text("handler")!;
        HandlerPalette.Known(node, handler);
        var key = Checked(call.Text("key")!);
        var place = node.Node.PlaceOf(handler, key) ?? throw new CommandException(CommandExit.TimedOut, "This node has no regions yet.", hint: "Ask again.");
        var status = await node.Node.EntityAsync(handler, key, stop)
            ?? throw new CommandException(CommandExit.TimedOut, $"Key '{key}' of handler '{handler}' did not answer: its shard moves, or it is being read.", hint: "Ask again.");
        var where = await ShardingPalette.PartsOfAsync(node, handler, key.Value, output, stop);
        var state = status.Unreadable is not null ? "unreadable" : status.Blocked ? "blocked" : status.Appending ? "appending" : "idle";
        var problem = status.Unreadable ?? node.Node.Blocked.All.FirstOrDefault(b => b.Handler == handler && b.Key.Equals(key))?.Reason;
        if (status.Positions.Count == 0)
        {
            await output.RowAsync(handler, key.Value, where, place.Shard, state, status.Deliveries, null, null, problem, null);
        }

        foreach (var position in status.Positions.OrderBy(p => p.Stream, StringComparer.Ordinal))
        {
            await output.RowAsync(handler, key.Value, where, place.Shard, state, status.Deliveries, position.Stream, position.UpTo, problem, position.Session);
        }
    }
}
