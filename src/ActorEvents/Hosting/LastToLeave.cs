using Akka;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Hosting;

/// <summary>
/// A cluster that is stopped as a whole. A manager of singletons whose node exits offers them to the next oldest node although that one exits as well, for as long as CoordinatedShutdown lets it
/// (10 s; <c>findings/akka-singleton-when-all-nodes-stop.sh</c>). Where nobody is left to take over, the node takes itself down, which makes its managers end what they have.
/// </summary>
internal static class LastToLeave
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks in which nobody stays, before it does: those that are quick have left by then, and nobody says of this one that it was taken out.</summary>
    private const int Looks = 5;

    public static void Watch(ActorSystem system, TimeProvider time) =>
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseClusterExiting, "last-to-leave", () =>
        {
            _ = LeaveAsync(Cluster.Get(system), time);
            return Task.FromResult(Done.Instance);
        });

    private static async Task LeaveAsync(Cluster cluster, TimeProvider time)
    {
        for (var looks = 0; looks < Looks && !cluster.IsTerminated;)
        {
            await Task.Delay(s_look, time);
            looks = cluster.State.Members.All(m => m.Status is MemberStatus.Exiting or MemberStatus.Down) ? looks + 1 : 0;
        }

        if (!cluster.IsTerminated)
        {
            cluster.Down(cluster.SelfAddress);
        }
    }
}
