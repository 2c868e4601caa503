using System.Globalization;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Hosting;

/// <summary>How a node becomes a member of its cluster.</summary>
internal static class ClusterJoin
{
    private static readonly TimeSpan MembersTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Joins and compares journals and numbers of shards: nodes of one cluster share them.</summary>
    public static async Task JoinAsync(ActorSystem system, ActorEventsOptions options, JournalDatabase journalDatabase, CancellationToken cancellationToken)
    {
        var cluster = Cluster.Get(system);
        if (options.Cluster.SeedNodes.Count == 0)
        {
            cluster.Join(cluster.SelfAddress);
        }

        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(cancellationToken);

        // Asked for: what cluster.State shows lags behind, and may still be empty. The oldest decides, so that one wrong node turns away none that are right.
        using var inbox = Inbox.Create(system);
        cluster.SendCurrentClusterState(inbox.Receiver);
        var state = await inbox.ReceiveAsync(MembersTimeout).WaitAsync(cancellationToken) as ClusterEvent.CurrentClusterState
            ?? throw new TimeoutException($"The cluster's members are not known {MembersTimeout.TotalSeconds:0} s after this node became one of them. Start it again.");
        var oldest = state.Members.Aggregate((a, b) => b.IsOlderThan(a) ? b : a);
        var journal = RoleOf(oldest, NodeHocon.JournalRolePrefix);
        if (journal != journalDatabase.JournalId)
        {
            throw new JournalMismatchException(
                $"This node's journal is {journalDatabase.JournalId} ({journalDatabase.Description}), but {oldest.Address} works on {journal}: "
                + "all nodes of a cluster share one journal. Give this node the same journal settings, or other seed nodes.");
        }

        var shards = RoleOf(oldest, NodeHocon.ShardsRolePrefix);
        if (shards != options.Events.Shards.ToString(CultureInfo.InvariantCulture))
        {
            throw new ShardsMismatchException(
                $"events.shards = {options.Events.Shards} on this node, but {oldest.Address} has {shards}: it is the same on all nodes of a cluster. "
                + "Give this node their number, or stop all of them to change it.");
        }
    }

    private static string RoleOf(Member member, string prefix) =>
        member.Roles.FirstOrDefault(r => r.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "none";
}

/// <summary>Two nodes of one cluster work on different journals.</summary>
internal sealed class JournalMismatchException(string message) : Exception(message);

/// <summary>Two nodes of one cluster divide keys into different numbers of shards.</summary>
internal sealed class ShardsMismatchException(string message) : Exception(message);
