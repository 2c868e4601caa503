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

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private const int SayEvery = 5;

    /// <summary>Forms or joins the cluster of the journal, and compares what its nodes share: journal, number of shards, what a source of a name reads.</summary>
    /// <param name="waits">Told again and again what it waits for.</param>
    /// <returns>The members, this node among them.</returns>
    public static async Task<IReadOnlyCollection<Member>> JoinAsync(
        ActorSystem system,
        ActorEventsOptions options,
        JournalDatabase journalDatabase,
        IReadOnlyList<IEventSource> sources,
        TimeProvider time,
        Action<string>? waits = null,
        CancellationToken cancellationToken = default)
    {
        var cluster = Cluster.Get(system);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        await JoinAsync(cluster, up.Task, SeedAddresses.Of(options.Cluster, cluster.SelfAddress), journalDatabase, time, waits ?? (_ => { }), cancellationToken);

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

    /// <summary>
    /// Only the first seed node, or one without seed nodes, forms a cluster, and only where the journal's is gone. All others, and that one otherwise, join it at the seed nodes and at the
    /// addresses that stand in the journal.
    /// </summary>
    private static async Task JoinAsync(
        Cluster cluster, Task up, IReadOnlyList<Address> seeds, JournalDatabase journal, TimeProvider time, Action<string> waits, CancellationToken cancellationToken)
    {
        var forming = new ClusterForming(journal.Cluster, ClusterClaim.NameOf(cluster.SelfUniqueAddress), time);
        var forms = seeds.Count == 0 || seeds[0] == cluster.SelfAddress;
        IReadOnlyList<Address> asked = [];
        var begun = time.GetTimestamp();
        var looks = 0;
        for (var claimed = false; !up.IsCompleted;)
        {
            var found = claimed ? null : await forming.LookAsync(cancellationToken);
            if (found is { Alive.Count: 0 } && forms && await forming.ClaimAsync(found, cancellationToken))
            {
                claimed = true;

                // Where no cluster has ever written a record, nodes of a version that writes none may be there.
                Ask(found.Record is null && seeds.Count > 0 ? [cluster.SelfAddress, .. seeds.Where(s => s != cluster.SelfAddress)] : [cluster.SelfAddress]);
            }
            else if (found is not null)
            {
                if (found is { Beats: true, Alive.Count: > 0 } && seeds.Count == 0)
                {
                    throw new ClusterMismatchException(
                        $"Another node works on this journal ({journal.Description}): {string.Join(", ", found.Alive)}. Two nodes share one as members of a cluster (cluster.seed-nodes); else give this node a journal of its own, or stop the other.");
                }

                if (found.Beats && found.Alive.FirstOrDefault(a => a.System != cluster.SelfAddress.System) is { } other)
                {
                    throw new ClusterMismatchException(
                        $"cluster.name = {cluster.SelfAddress.System} on this node, but {other.Host}:{other.Port}, which works on its journal ({journal.Description}), has {other.System}: all nodes of a cluster have one name. "
                        + "Give this node that name, or a journal of its own.");
                }

                Address[] others = [.. seeds.Concat(found.Alive).Where(a => a != cluster.SelfAddress).Distinct()];
                if (others.Length > 0 && (seeds.Count > 0 || found.Beats))
                {
                    Ask(others);
                }

                if (looks++ % SayEvery == 0)
                {
                    waits(await JoinDiagnosis.SayAsync(cluster.SelfAddress, seeds, found.Alive, time.GetElapsedTime(begun)));
                }
            }

            await Task.WhenAny(up, Task.Delay(s_look, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        void Ask(IReadOnlyList<Address> addresses)
        {
            if (!addresses.SequenceEqual(asked))
            {
                asked = addresses;
                cluster.JoinSeedNodes(addresses);
            }
        }
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
