using ActorEvents.Groups;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>pause</c> and <c>resume</c> of a part: on every node that has it.</summary>
internal static class Pausing
{
    public static CommandDefinition Of(NodeParts node, PartKind kind, bool paused, string summary, CommandParameter name) =>
        new(paused ? "pause" : "resume", summary, (call, output, stop) => SetAsync(node, kind, call.Text(name.Name)!, paused, call.DryRun, output, stop))
        {
            Effect = CommandEffect.Write,
            PerNode = true,
            HasDryRun = true,
            Parameters = [name],
            Columns = [new(name.Name), new("was"), new("state")],
            Counted = ("node", "nodes"),
            Examples = [$"{name.Name} {(paused ? "pause" : "resume")} {(kind == PartKind.Source ? "shop" : "orders")}"],
        };

    private static async Task SetAsync(NodeParts node, PartKind kind, string name, bool paused, bool dryRun, ICommandOutput output, CancellationToken stop)
    {
        var known = kind == PartKind.Source ? node.Node.Sources.Select(s => s.Name) : node.Node.Handlers.Select(h => h.Name);
        if (!known.Contains(name, StringComparer.Ordinal))
        {
            throw new CommandException(CommandExit.NotFound, $"There is no {kind.ToString().ToLowerInvariant()} '{name}' on this node; {CommandNames.Some(name, known)}.", kind.ToString().ToLowerInvariant());
        }

        // A dry run goes by the last look, before the first of which nobody knows.
        var group = node.Node.View?.Group;
        var was = kind == PartKind.Source
            ? group?.Sources.FirstOrDefault(s => s.Name == name)?.Paused
            : group?.Subscriptions.FirstOrDefault(s => s.Handler == name)?.Paused;
        if (!dryRun)
        {
            was = await node.Node.PauseAsync(kind, name, paused, stop);
        }

        var before = was is { } seen ? Word(seen) : "not known";
        await output.RowAsync(name, before, was == paused ? $"already {before}" : dryRun ? $"would be {Word(paused)}" : Word(paused));
    }

    private static string Word(bool paused) => paused ? "paused" : "running";
}
