using ActorEvents.Web.Admin.Commands;
using Akka.Actor;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>actor</c>: the tree of the node that is asked, read where it stands. No actor is asked for anything, so the picture does not depend on who answers in time.</summary>
internal static class ActorPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "actor",
        "Actors of a node (--node for another one).",
        new CommandDefinition("system", "The actor system.", async (_, output, _) => await output.RowAsync(node.Cluster.System.Name, node.Cluster.Self.ToString())) { Columns = [new("system"), new("address")] },
        new CommandDefinition("hierarchy", "Actors below a path, down to a depth.", (call, output, stop) => HierarchyAsync(node, call, output, stop))
        {
            Parameters =
            [
                new("start") { Short = "s", Default = "/", Summary = "Where to begin, e.g. /user." },
                new("depth", ParameterKind.Integer) { Short = "d", Default = "4", Min = 1, Max = 64, Summary = "Levels." },
            ],
            Columns = [new("path"), new("children", ColumnType.Integer), new("mailbox", ColumnType.Integer), new("type") { Wide = true }],
            Counted = ("actor", "actors"),
            Examples = ["actor hierarchy -s /user -d 2"],
        },
        new CommandDefinition("inspect", "One actor: its type, what waits in its mailbox, its children.", (call, output, _) => InspectAsync(node, call, output))
        {
            Parameters = [new("path") { Positional = true, Required = true, Summary = "E.g. /user/events." }],
            Columns = [new("path"), new("type"), new("mailbox", ColumnType.Integer), new("children", ColumnType.Integer), new("dispatcher"), new("parent"), new("uid", ColumnType.Integer) { Wide = true }],
            Examples = ["actor inspect /user/events"],
        });

    private static async Task HierarchyAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var start = Find(node, call.Text("start")!, "start");
        var open = new Stack<(ActorRefWithCell Actor, int Depth)>([(start, 1)]);
        while (open.TryPop(out var at) && !stop.IsCancellationRequested)
        {
            var children = Children(at.Actor);
            await output.RowAsync(Path(at.Actor), children.Count, Mailbox(at.Actor), Type(at.Actor));
            if (at.Depth < (int)call.Integer("depth")!)
            {
                foreach (var child in children.OrderByDescending(c => c.Path.Name, StringComparer.Ordinal))
                {
                    open.Push((child, at.Depth + 1));
                }
            }
        }
    }

    private static async Task InspectAsync(NodeParts node, CommandCall call, ICommandOutput output)
    {
        var actor = Find(node, call.Text("path")!, "path");
        var cell = actor.Underlying as ActorCell;
        await output.RowAsync(
            Path(actor), Type(actor), Mailbox(actor), Children(actor).Count, cell?.Dispatcher.Id, actor.Parent is ActorRefWithCell parent ? Path(parent) : null, actor.Path.Uid);
    }

    /// <exception cref="CommandException">No path of this system, or no actor there; names its nearest relative's children.</exception>
    private static ActorRefWithCell Find(NodeParts node, string text, string field)
    {
        var path = text;
        if (text.Contains("://", StringComparison.Ordinal))
        {
            if (!ActorPath.TryParse(text, out var full) || full.Address.System != node.Cluster.System.Name)
            {
                throw new CommandException(CommandExit.BadData, $"'{text}' is no path of the system '{node.Cluster.System.Name}'.", field, "For example: /user/events");
            }

            if (full.Address.Host is not null && !full.Address.Equals(node.Cluster.Self))
            {
                throw new CommandException(CommandExit.BadData, $"'{text}' is on another node; this one is {node.Cluster.Self}.", field, $"Give --node {full.Address}.");
            }

            path = full.ToStringWithoutAddress();
        }

        ActorRefWithCell at = (ActorRefWithCell)((ExtendedActorSystem)node.Cluster.System).Provider.RootGuardian;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var children = Children(at);
            at = children.FirstOrDefault(c => c.Path.Name == name) ?? throw new CommandException(
                CommandExit.NotFound, $"There is no actor '{text}' on {node.Cluster.Self}.", field, $"Below {Path(at)} {CommandNames.Some(name, children.Select(c => c.Path.Name))}.");
        }

        return at;
    }

    private static List<ActorRefWithCell> Children(ActorRefWithCell actor) => [.. actor.Children.OfType<ActorRefWithCell>()];

    private static string Path(ActorRefWithCell actor) => actor.Path.ToStringWithoutAddress();

    private static int? Mailbox(ActorRefWithCell actor) => (actor.Underlying as ActorCell)?.NumberOfMessages;

    private static string? Type(ActorRefWithCell actor) => (actor.Underlying as ActorCell)?.Props.Type.FullName;
}
