using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>health</c>: the same verdict as <c>/health/ready</c>, of all nodes.</summary>
internal static class HealthPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "health",
        "Whether nodes are as they should be.",
        new CommandDefinition("show", "State of each node, with all that holds it up.", (_, output, _) => ShowAsync(node, output))
        {
            PerNode = true,
            Columns = [new("part"), new("state"), new("detail")],
        },
        new CommandDefinition("check", "Whether all nodes are ready: exit 0, or 10 with the reasons.", (_, output, _) => CheckAsync(node, output))
        {
            PerNode = true,
            Columns = [new("ready", ColumnType.Boolean), new("state"), new("blockedKeys", ColumnType.Integer) { Title = "BLOCKED" }, new("reasons")],
            Counted = ("node", "nodes"),
        });

    private static async Task ShowAsync(NodeParts node, ICommandOutput output)
    {
        var reasons = node.Node.NotReady;
        await output.RowAsync("node", node.Node.State.ToString(), reasons.Count == 0 ? "ready" : "not ready");
        foreach (var reason in reasons)
        {
            await output.RowAsync("problem", "not ready", reason);
        }

        foreach (var blocked in node.Node.Blocked.All.GroupBy(b => b.Handler, StringComparer.Ordinal))
        {
            // One bad key makes no node unready: all others go on.
            await output.RowAsync("handler", "blocked keys", $"{blocked.Key}: {blocked.Count()} key(s) do not go on (handler blocked {blocked.Key})");
        }
    }

    private static async Task CheckAsync(NodeParts node, ICommandOutput output)
    {
        var reasons = node.Node.NotReady;
        await output.RowAsync(reasons.Count == 0, node.Node.State.ToString(), node.Node.Blocked.All.Count, string.Join("; ", reasons));
        if (reasons.Count > 0)
        {
            output.EndWith(CommandExit.Unhealthy);
        }
    }
}
