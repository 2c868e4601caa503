using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>One node as it was at its last look: what readiness, gauges and operators read.</summary>
/// <param name="Group">Null: it did not answer.</param>
/// <param name="Relay">Null: there is none, or it did not answer.</param>
/// <param name="JournalProblem">Why the journal takes no writes, or null.</param>
/// <param name="Taken">Timestamp (TimeProvider) of <paramref name="At"/>.</param>
internal sealed record NodeView(GroupStatus? Group, RelayStatus? Relay, string? JournalProblem, DateTimeOffset At, long Taken)
{
    /// <summary>What stands still and should not, a text each.</summary>
    public IEnumerable<string> Problems =>
    [
        .. Group?.Problems ?? ["sources and subscriptions of this node do not answer"],
        .. JournalProblem is { } unwritable ? [$"journal: {unwritable}"] : Array.Empty<string>(),
        .. Relay?.Problem is { } problem ? [$"relay: {problem}"] : Array.Empty<string>(),
        .. Relay?.Destinations.Where(d => (d.Stopped ?? d.Fault) is not null).Select(d => $"relay, {d.Destination}: {d.Stopped ?? d.Fault}") ?? [],
    ];
}

/// <summary>
/// Looks at all parts of a node once a second, so that whoever wants to know how it is reads a view and waits for nobody. The journal is asked
/// every fifth time, and tried by a write if nothing else was written.
/// </summary>
internal sealed class StatusWatch : IAsyncDisposable
{
    private const int JournalEvery = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IActorRef _group;
    private readonly IActorRef? _relay;
    private readonly JournalDatabase _journal;
    private readonly RelayBacklog _backlog;
    private readonly BlockedKeys _blocked;
    private readonly StandstillLog _still;
    private readonly StandingLanes _standing;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private NodeView? _last;

    /// <param name="relay">Null: nothing is published.</param>
    /// <param name="maxBehind">Rows by which the relay may fall behind before sources wait for it.</param>
    public StatusWatch(IActorRef group, IActorRef? relay, long maxBehind, BlockedKeys blocked, JournalDatabase journal, TimeProvider time, ILogger log)
    {
        (_group, _relay, _journal, _time, _log) = (group, relay, journal, time, log);
        _backlog = new RelayBacklog(maxBehind);
        (_blocked, _still) = (blocked, new StandstillLog(time, log));
        _standing = new StandingLanes(time);
        Metrics.Watch(this, Gauges);
        _looking = LookAsync(_stop.Token);
    }

    /// <summary>The last view; null before the first.</summary>
    public NodeView? Last => Volatile.Read(ref _last);

    public async ValueTask DisposeAsync()
    {
        Metrics.Unwatch(this);
        await _stop.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private Gauges? Gauges() => Last?.Group is not { } group ? null : new Gauges(
        group.Lanes.Select(l => (l.Stream, l.InFlight, l.BytesInFlight, l.Tracked)),
        group.Subscriptions.SelectMany(s => s.Stalled.Select(l => (s.Handler, l.Stream, l.Events))),
        _blocked.All.CountBy(b => b.Handler, StringComparer.Ordinal).Select(h => (h.Key, h.Value)));

    private void Hold(RelayStatus? relay)
    {
        var changed = _backlog.Look(relay);
        if (changed)
        {
            Log.SourcesHeld(_log, _backlog.Holds ? "wait for" : "go on behind", _backlog.Behind);
        }

        if (changed || _backlog.Holds)
        {
            _group.Tell(new HoldSource(_backlog.Holds));
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        string? unwritable = null;
        for (var look = 0; !stop.IsCancellationRequested; look++)
        {
            var group = Question.AskAsync<GroupStatus>(_group, GetGroupStatus.Instance, Question.OfNode, stop);
            var relay = _relay is null ? Task.FromResult<RelayStatus?>(null) : Question.AskAsync<RelayStatus>(_relay, GetRelayStatus.Instance, Question.OfNode, stop);
            if (look % JournalEvery == 0 || unwritable is not null)
            {
                unwritable = await _journal.ProblemAsync(stop);
            }

            var view = await group;
            view = view is null ? null : view with { Standing = _standing.Look(view.Lanes) };
            Volatile.Write(ref _last, new NodeView(view, await relay, unwritable, _time.GetUtcNow(), _time.GetTimestamp()));
            Hold(await relay);
            _still.Look([.. _last!.Problems, .. StandstillLog.Of(_blocked.All)]);
            await timer.WaitForNextTickAsync(stop);
        }
    }
}
