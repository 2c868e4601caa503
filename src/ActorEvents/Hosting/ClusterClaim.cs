using ActorEvents.Journal.Stores;
using ActorEvents.Telemetry;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>
/// Keeps the record of the cluster in the journal while the node runs: the oldest member that is reached writes it every two seconds, all others read it. A record that is written without
/// this node is another cluster's, or of the one that went on without it while it slept; of the two the smaller one stops.
/// </summary>
internal sealed class ClusterClaim : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(2);

    /// <summary>A node that has just come in may not stand in the record yet.</summary>
    private const int NewLooks = 5;

    private readonly IClusterStore _store;
    private readonly Func<ClusterView> _view;
    private readonly Action<Exception> _end;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _keeping = Task.CompletedTask;
    private ClusterRecord? _last;
    private int _absent;
    private bool _included;
    private volatile string? _problem;

    /// <param name="view">The cluster as this node sees it.</param>
    /// <param name="end">Called when this node has to stop.</param>
    public ClusterClaim(IClusterStore store, Func<ClusterView> view, Action<Exception> end, TimeProvider time, ILogger log)
    {
        (_store, _view, _end, _time, _log) = (store, view, end, time, log);
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Problem => _problem;

    /// <summary>A member as it stands in the record.</summary>
    public static string NameOf(UniqueAddress member) => $"{member.Address}#{member.Uid}";

    /// <summary>The cluster as Akka has it now.</summary>
    public static ClusterView ViewOf(Cluster cluster)
    {
        var state = cluster.State;
        Member[] members = [.. state.Members.Where(m => m.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up or MemberStatus.Leaving)];
        Member[] reached = [.. members.Where(m => !state.Unreachable.Contains(m))];
        return new ClusterView(
            NameOf(cluster.SelfUniqueAddress),
            reached.Length == 0 ? null : NameOf(reached.Aggregate((a, b) => b.IsOlderThan(a) ? b : a).UniqueAddress),
            [.. members.Select(m => NameOf(m.UniqueAddress))],
            reached.Length);
    }

    /// <summary>Begins to read and write the record.</summary>
    public void Start() => _keeping = KeepAsync();

    /// <summary>One look, and a write if it is this node's to make.</summary>
    /// <returns>False: this node has to stop.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var record = await _store.ReadAsync(cancellationToken);
        var view = _view();
        var written = !Equals(record, _last);
        _last = record;
        var lacks = record is { Members.Count: > 0 } && !record.Members.Contains(view.Self);
        _included |= record is not null && !lacks;
        _absent = lacks && written ? _absent + 1 : lacks ? _absent : 0;
        if (lacks && written && (_included || _absent > NewLooks) && view.Members.Contains(view.Self))
        {
            // Who wrote that was in one cluster with this node, if it has all those members: then it has removed this one.
            if (record!.Members.All(view.Members.Contains) || record.Members.Count >= view.Reached)
            {
                _end(new SecondClusterException(
                    $"This node was asleep or cut off, and the others have gone on without it; or it has formed a cluster of its own: {record.Writer} has written into the journal that the nodes are "
                    + $"{string.Join(", ", record.Members.Select(ClusterRecord.AddressOf))}, and this one ({view.Self}) is none of them. Nothing acknowledged is lost. Start it again: it joins them."));
                return false;
            }

            _problem = $"another cluster works on this journal: {string.Join(", ", record.Members.Select(ClusterRecord.AddressOf))}. It is the smaller one, and stops";
        }
        else if (!lacks)
        {
            _problem = null;
        }

        if (view.Oldest == view.Self && (!lacks || !written || _problem is not null))
        {
            var mine = new ClusterRecord((record?.Beat ?? 0) + 1, view.Self, view.Members);
            if (await _store.ReplaceAsync(record, mine, cancellationToken))
            {
                (_last, _included) = (mine, true);
            }
        }

        return true;
    }

    /// <summary>Takes this node out of the record, so that whoever starts next need not wait whether it is still there.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        using var patience = new CancellationTokenSource(s_leave, _time);
        try
        {
            var self = _view().Self;
            while (await _store.ReadAsync(patience.Token) is { } record && record.Members.Contains(self)
                && !await _store.ReplaceAsync(record, new ClusterRecord(record.Beat + 1, self, [.. record.Members.Where(m => m != self)]), patience.Token))
            {
                // Another node was faster.
            }
        }
        catch (Exception e)
        {
            Log.ClusterRecordFailed(_log, e.Message);
        }
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(s_interval, _time);
        do
        {
            try
            {
                if (!await LookAsync(_stop.Token))
                {
                    return;
                }
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // The journal says by itself that it is away.
                Log.ClusterRecordFailed(_log, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(_stop.Token));
    }
}

/// <summary>The cluster as one node sees it.</summary>
/// <param name="Oldest">The oldest that it reaches; null: none is known.</param>
/// <param name="Members">Those that have not left.</param>
/// <param name="Reached">How many of them it reaches, itself among them.</param>
internal sealed record ClusterView(string Self, string? Oldest, IReadOnlyList<string> Members, int Reached);

/// <summary>The journal is another cluster's.</summary>
internal sealed class SecondClusterException(string message) : Exception(message);
