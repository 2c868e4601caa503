using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Nodes;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>cluster leave</c>, <c>down</c>, <c>down-unreachable</c>: what would leave too few members needs the system's name typed.</summary>
internal sealed class ClusterChanges(NodeParts node)
{
    private static readonly CommandColumn[] s_columns = [new("address"), new("was"), new("reachability"), new("done", ColumnType.Boolean)];

    public CommandDefinition Leave => new("leave", "Lets a member leave in good order: it drains, gives its shards to others and stops.", LeaveAsync)
    {
        Effect = CommandEffect.Write,
        HasDryRun = true,
        Parameters = [Address("Who is to leave; without it the node that is asked.", required: false)],
        Columns = s_columns,
        Examples = ["cluster leave 127.0.0.1:4053"],
    };

    public CommandDefinition Down => new("down", "Takes a member out that is gone for good. If it still runs, it stops by itself as soon as it hears of it.", DownAsync)
    {
        Effect = CommandEffect.Destructive,
        HasDryRun = true,
        Parameters = [Address("Who is taken out.", required: true)],
        Columns = s_columns,
        Examples = ["cluster down 127.0.0.1:4053"],
    };

    public CommandDefinition DownUnreachable => new("down-unreachable", "Takes out all members that this node sees as unreachable.", DownUnreachableAsync)
    {
        Effect = CommandEffect.Destructive,
        HasDryRun = true,
        Columns = s_columns,
        Counted = ("member", "members"),
    };

    /// <summary>Why the system's name must be typed before these go; null: it need not be.</summary>
    internal static string? Grave(Address self, IReadOnlyCollection<(Address Address, bool Up)> members, IReadOnlyCollection<Address> going)
    {
        var up = members.Where(m => m.Up).Select(m => m.Address).ToList();
        var staying = up.Except(going).Count();
        return going.Contains(self) ? "it is the node that is asked"
            : up.Count > 0 && staying == 0 ? "no member that is up would be left"
            : staying * 2 <= up.Count ? $"only {staying} of {up.Count} members that are up would be left, which is no majority"
            : null;
    }

    private CommandParameter Address(string summary, bool required) => new("address")
    {
        Positional = true,
        Required = required,
        Summary = summary,
        Values = () => node.Cluster.Members.Select(m => m.Address.ToString()),
    };

    private async Task LeaveAsync(CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var member = Member(call, node.Cluster.Self.ToString());
        if (member.Status is not (MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Joining))
        {
            throw new CommandException(CommandExit.Precondition, $"{member.Address} is {member.Status} already.");
        }

        Allow(call, [member.Address]);
        if (!call.DryRun)
        {
            node.Cluster.Cluster.Leave(member.Address);
        }

        await RowAsync(call, output, member);
    }

    private async Task DownAsync(CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var member = Member(call, "");
        Allow(call, [member.Address]);
        if (!call.DryRun)
        {
            node.Cluster.Cluster.Down(member.Address);
        }

        await RowAsync(call, output, member);
    }

    private async Task DownUnreachableAsync(CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var going = node.Cluster.State.Unreachable.OrderBy(m => m.Address.ToString(), StringComparer.Ordinal).ToList();
        if (going.Count == 0)
        {
            await output.TextAsync("no unreachable members");
            return;
        }

        Allow(call, [.. going.Select(m => m.Address)]);
        foreach (var member in going)
        {
            if (!call.DryRun)
            {
                node.Cluster.Cluster.Down(member.Address);
            }

            await RowAsync(call, output, member);
        }
    }

    private Member Member(CommandCall call, string otherwise) =>
        NodeAddress.Member(NodeAddress.Parse(call.Text("address") ?? otherwise, node.Cluster.Self, "address"), node.Cluster.Members, "address");

    private void Allow(CommandCall call, IReadOnlyCollection<Address> going)
    {
        var system = node.Cluster.System.Name;
        var members = node.Cluster.Members.Select(m => (m.Address, m.Status is MemberStatus.Up or MemberStatus.WeaklyUp)).ToList();
        if (!call.DryRun && Grave(node.Cluster.Self, members, going) is { } why && (!call.Confirmed || call.Typed != system))
        {
            throw new CommandException(
                CommandExit.Precondition, $"{string.Join(", ", going)}: {why}; nothing was done.", "typed", $"To do it all the same, give --yes and type the system's name, {system}.");
        }
    }

    private async Task RowAsync(CommandCall call, ICommandOutput output, Member member) => await output.RowAsync(
        member.Address.ToString(), member.Status.ToString(), node.Cluster.IsUnreachable(member) ? "unreachable" : "reachable", !call.DryRun);
}
