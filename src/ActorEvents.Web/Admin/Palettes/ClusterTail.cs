using System.Threading.Channels;
using ActorEvents.Web.Admin.Commands;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>cluster tail</c>: what becomes of members, as it happens.</summary>
internal static class ClusterTail
{
    private const int MostWaiting = 1_000;

    public static CommandDefinition Definition(NodeParts node) => new("tail", "What becomes of members, as it happens.", (call, output, stop) => TailAsync(node, call, output, stop))
    {
        Streaming = true,
        Parameters = [new("type") { Multiple = true, Summary = "Only events of these types, e.g. MemberUp; UnreachableMember." }],
        Columns = [new("time", ColumnType.Time), new("event"), new("address"), new("detail")],
        Examples = ["cluster tail", "cluster tail --type UnreachableMember"],
    };

    private static async Task TailAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var types = call.Texts("type");
        var dropped = 0L;
        var events = Channel.CreateBounded<object>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => output.Dropped(Interlocked.Increment(ref dropped)));
        var actor = node.Cluster.System.ActorOf(Props.Create(() => new Listener(events.Writer)));
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(stop))
            {
                var (name, address, detail) = Words(happened);
                if (types.Count == 0 || types.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    await output.RowAsync(node.Time.GetUtcNow(), name, address, detail);
                }
            }
        }
        finally
        {
            node.Cluster.System.Stop(actor);
        }
    }

    private static (string Name, string? Address, string? Detail) Words(object happened) => happened switch
    {
        ClusterEvent.MemberRemoved removed => (nameof(ClusterEvent.MemberRemoved), removed.Member.Address.ToString(), $"was {removed.PreviousStatus}"),
        ClusterEvent.IMemberEvent member => (happened.GetType().Name, member.Member.Address.ToString(), null),
        ClusterEvent.ReachabilityEvent reach => (happened.GetType().Name, reach.Member.Address.ToString(), null),
        ClusterEvent.LeaderChanged leader => (nameof(ClusterEvent.LeaderChanged), leader.Leader?.ToString(), null),
        ClusterEvent.RoleLeaderChanged leader => (nameof(ClusterEvent.RoleLeaderChanged), leader.Leader?.ToString(), leader.Role),
        _ => (happened.GetType().Name, null, null),
    };

    private sealed class Listener : ReceiveActor
    {
        public Listener(ChannelWriter<object> events)
        {
            ReceiveAny(e => events.TryWrite(e));
            Cluster.Get(Context.System).Subscribe(
                Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ReachabilityEvent), typeof(ClusterEvent.LeaderChanged));
        }

        protected override void PostStop() => Cluster.Get(Context.System).Unsubscribe(Self);
    }
}
