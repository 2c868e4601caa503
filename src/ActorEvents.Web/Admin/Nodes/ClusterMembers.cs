using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>The cluster as this node sees it, for whoever asks others.</summary>
/// <param name="system">Asked when it is there.</param>
internal sealed class ClusterMembers(Func<ActorSystem> system)
{
    public ActorSystem System => system();

    public Cluster Cluster => Cluster.Get(System);

    public Address Self => Cluster.SelfAddress;

    public ClusterEvent.CurrentClusterState State => Cluster.State;

    /// <summary>All members, by address.</summary>
    public IReadOnlyList<Member> Members => [.. State.Members.OrderBy(m => m.Address.ToString(), StringComparer.Ordinal)];

    public bool IsMember => State.Members.Any(m => m.Address.Equals(Self) && m.Status is not (MemberStatus.Down or MemberStatus.Removed));

    public bool IsUnreachable(Member member) => State.Unreachable.Contains(member);

    /// <summary>The admin service of another node.</summary>
    public ICanTell AdminOf(Address node) => System.ActorSelection($"{node}/user/{AdminActor.Name}");
}
