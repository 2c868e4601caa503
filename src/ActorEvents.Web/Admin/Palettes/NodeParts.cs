using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Observers;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Logs;
using ActorEvents.Web.Admin.Nodes;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary>What the node's own commands look at. Made when the first one runs, for the actor system is there then.</summary>
internal sealed record NodeParts(
    Lazy<ActorEventsNode> LazyNode,
    ActorEventsBuilder Builder,
    ClusterMembers Cluster,
    JournalDatabase Journal,
    Lazy<EventObservers> Observers,
    LogRing Log,
    LogLevels Levels,
    AuditLog Audit,
    Func<IReadOnlyList<(string Key, string Value, string Origin)>> Settings,
    Lazy<IParts> Parts,
    ILogger Logger,
    TimeProvider Time)
{
    public ActorEventsNode Node => LazyNode.Value;

    /// <summary>The node at its last look, at most seconds ago.</summary>
    /// <exception cref="CommandException">It has not looked yet.</exception>
    public NodeView View => Node.View ?? throw new CommandException(
        CommandExit.TimedOut, $"This node is {Node.State.ToString().ToLowerInvariant()} and has not looked at its parts yet ({string.Join("; ", Node.NotReady)}).", hint: "Ask again.");
}
