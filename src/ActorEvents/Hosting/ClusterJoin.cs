using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Hosting;

/// <summary>How a node becomes a member of its cluster.</summary>
internal static class ClusterJoin
{
    private static readonly TimeSpan MembersTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Joins and compares what nodes of one cluster share: journal, number of shards, what a source of a name reads.</summary>
    /// <returns>The members, this node among them.</returns>
    public static async Task<IReadOnlyCollection<Member>> JoinAsync(ActorSystem system, ActorEventsOptions options, JournalDatabase journalDatabase, IReadOnlyList<IEventSource> sources, CancellationToken cancellationToken)
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
        var oldest = Oldest(state.Members);
        var journal = NodeRoles.JournalOf(oldest);
        if (journal != journalDatabase.JournalId)
        {
            throw new ClusterMismatchException(
                $"This node's journal is {journalDatabase.JournalId} ({journalDatabase.Description}), but {oldest.Address} works on {journal ?? "none"}: "
                + "all nodes of a cluster share one journal. Give this node the same journal settings, or other seed nodes.");
        }

        var shards = NodeRoles.ShardsOf(oldest);
        if (shards != options.Events.Shards.ToString(CultureInfo.InvariantCulture))
        {
            throw new ClusterMismatchException(
                $"events.shards = {options.Events.Shards} on this node, but {oldest.Address} has {shards ?? "none"}: it is the same on all nodes of a cluster. "
                + "Give this node their number, or stop all of them to change it.");
        }

        if (!NodeRoles.HasOurProtocol(oldest))
        {
            throw new ClusterMismatchException(
                $"{oldest.Address} runs a version of ActorEvents that divides keys in another way. Stop all nodes, and start them with one version.");
        }

        Compare(cluster, state.Members, sources);
        return state.Members;
    }

    /// <summary>A source of one name is read alike on all nodes: which of them reads a record is chance.</summary>
    private static void Compare(Cluster cluster, IEnumerable<Member> members, IReadOnlyList<IEventSource> sources)
    {
        foreach (var source in sources.Where(s => s.Takes is not null))
        {
            Member[] others = [.. members.Where(m => m.UniqueAddress != cluster.SelfUniqueAddress && NodeRoles.ReadsOf(m, source.Name) is not null)];
            if (others.Length > 0 && Oldest(others) is var other && other.IsOlderThan(cluster.SelfMember) && NodeRoles.ReadsOf(other, source.Name) is { } reads && reads != source.Takes)
            {
                throw new ClusterMismatchException(
                    $"Source '{source.Name}' reads {source.Takes} on this node, but {reads} on {other.Address}: a source is the same on all nodes of a cluster that have it. "
                    + "Give this node their settings, or the source another name; or stop all nodes to change it.");
            }
        }
    }

    private static Member Oldest(IEnumerable<Member> members) => members.Aggregate((a, b) => b.IsOlderThan(a) ? b : a);
}

/// <summary>What nodes of one cluster must have in common differs between this one and the others.</summary>
internal sealed class ClusterMismatchException(string message) : Exception(message);
