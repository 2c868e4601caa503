using ActorEvents.Web.Admin.Commands;
using Akka.Cluster;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>cluster</c>: members as this node sees them.</summary>
internal static class ClusterPalette
{
    private static readonly string[] s_told = ["takes-", "reads-", "journal-", "shards-", "protocol-"];
    private static readonly string[] s_placed = ["handler-", "source-", .. s_told];

    public static CommandPalette Of(NodeParts node)
    {
        var changes = new ClusterChanges(node);
        return new CommandPalette(
            "cluster",
            "Members of the cluster.",
            new CommandDefinition("show", "All members, as this node sees them.", (call, output, _) => ShowAsync(node, node.Cluster.Members, output))
            {
                Columns = MemberColumns,
                Counted = ("node", "nodes"),
            },
            new CommandDefinition("status", "The node that is asked.", (call, output, _) => ShowAsync(node, node.Cluster.Members.Where(m => m.Address.Equals(node.Cluster.Self)), output))
            {
                Columns = MemberColumns,
            },
            new CommandDefinition("leader", "The member that takes others in and out.", (call, output, _) => LeaderAsync(node, output)) { Columns = [new("address")] },
            new CommandDefinition("roles", "Roles with the members that have them.", (call, output, _) => RolesAsync(node, call.Flag("all"), output))
            {
                Parameters = [new("all", ParameterKind.Flag) { Summary = "Also what nodes tell each other of themselves by roles." }],
                Columns = [new("role"), new("nodes", ColumnType.Integer), new("oldest"), new("members") { Wide = true }],
                Counted = ("role", "roles"),
            },
            ClusterTail.Definition(node),
            changes.Leave,
            changes.Down,
            changes.DownUnreachable);
    }

    private static CommandColumn[] MemberColumns =>
    [
        new("address"), new("roles"), new("status"), new("reachability"), new("version"),
        new("self", ColumnType.Boolean) { Wide = true }, new("leader", ColumnType.Boolean) { Wide = true }, new("age", ColumnType.Integer) { Wide = true }, new("allRoles") { Wide = true },
    ];

    private static async Task ShowAsync(NodeParts node, IEnumerable<Member> members, ICommandOutput output)
    {
        var state = node.Cluster.State;

        // 1: the oldest, on which singletons run.
        var ages = node.Cluster.Members.Order(Member.AgeOrdering).ToList();
        foreach (var member in members)
        {
            await output.RowAsync(
                member.Address.ToString(),
                member.Roles.Where(r => !s_placed.Any(k => r.StartsWith(k, StringComparison.Ordinal))).Order(StringComparer.Ordinal),
                member.Status.ToString(),
                state.Unreachable.Contains(member) ? "unreachable" : "reachable",
                member.AppVersion.ToString(),
                member.Address.Equals(node.Cluster.Self),
                member.Address.Equals(state.Leader),
                ages.IndexOf(member) + 1,
                member.Roles.Order(StringComparer.Ordinal));
        }

        if (!node.Cluster.IsMember)
        {
            await output.WarnAsync($"{node.Cluster.Self} is in no cluster now ({string.Join("; ", node.Node.NotReady)}).", node.Cluster.Self.ToString());
        }
    }

    private static async Task LeaderAsync(NodeParts node, ICommandOutput output)
    {
        var leader = node.Cluster.State.Leader
            ?? throw new CommandException(CommandExit.TimedOut, "No leader is known now: this node is in no cluster, or reaches none of the others.", hint: "Ask again, or another node.");
        await output.RowAsync(leader.ToString());
    }

    private static async Task RolesAsync(NodeParts node, bool all, ICommandOutput output)
    {
        var members = node.Cluster.Members;
        foreach (var role in members.SelectMany(m => m.Roles).Where(r => all || !s_told.Any(k => r.StartsWith(k, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var having = members.Where(m => m.HasRole(role)).ToList();
            var oldest = having.Where(m => m.Status == MemberStatus.Up).Order(Member.AgeOrdering).FirstOrDefault();
            await output.RowAsync(role, having.Count, oldest?.Address.ToString(), having.Select(m => m.Address.ToString()));
        }
    }
}
