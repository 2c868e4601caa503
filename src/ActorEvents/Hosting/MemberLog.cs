using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>Says what becomes of the other nodes of the cluster, by their addresses.</summary>
internal sealed class MemberLog : ReceiveActor
{
    private readonly Address _self = Cluster.Get(Context.System).SelfAddress;

    public MemberLog(ILogger log)
    {
        Receive<ClusterEvent.UnreachableMember>(m => Say(m.Member, Log.NodeSilent));
        Receive<ClusterEvent.ReachableMember>(m => Say(m.Member, Log.NodeHeardAgain));
        Receive<ClusterEvent.MemberUp>(m => Say(m.Member, Log.NodeJoined));
        Receive<ClusterEvent.MemberRemoved>(m => Say(m.Member, m.PreviousStatus == MemberStatus.Down ? Log.NodeTakenOut : Log.NodeLeft));

        void Say(Member member, Action<ILogger, string> say)
        {
            if (member.Address != _self)
            {
                say(log, $"{member.Address.Host}:{member.Address.Port}");
            }
        }
    }

    public static Props Props(ILogger log) => Akka.Actor.Props.Create(() => new MemberLog(log));

    protected override void PreStart() => Cluster.Get(Context.System).Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop() => Cluster.Get(Context.System).Unsubscribe(Self);
}
