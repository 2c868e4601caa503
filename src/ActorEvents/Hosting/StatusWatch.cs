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
/// <param name="Group">Its last answer; null: it has given none.</param>
/// <param name="Relay">Its last answer; null: there is none, or it has given none.</param>
/// <param name="JournalProblem">Why the journal takes no writes, or null.</param>
/// <param name="Silent">Parts that have given no answer for some seconds, a text each.</param>
/// <param name="Taken">Timestamp (TimeProvider) of <paramref name="At"/>.</param>
internal sealed record NodeView(GroupStatus? Group, RelayStatus? Relay, string? JournalProblem, IReadOnlyList<string> Silent, DateTimeOffset At, long Taken)
{
    /// <summary>What stands still and should not, a text each.</summary>
    public IEnumerable<string> Problems =>
    [
        .. Group?.Problems ?? [],
        .. JournalProblem is { } unwritable ? [$"journal: {unwritable}"] : Array.Empty<string>(),
        .. Relay?.Problem is { } problem ? [$"relay: {problem}"] : Array.Empty<string>(),
        .. Relay?.Destinations.Where(d => (d.Stopped ?? d.Fault) is not null).Select(d => $"relay, {d.Destination}: {d.Stopped ?? d.Fault}") ?? [],
        .. Silent,
    ];
}

/// <summary>
/// Looks at all parts of a node once a second, so that whoever wants to know how it is reads a view and waits for nobody. One part that hangs keeps no other from being seen: its last answer
/// stays, and after some seconds its silence is a reason of its own.
/// </summary>
internal sealed class StatusWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a look waits for answers; what comes later is in the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    /// <summary>Longer than a relay that moves in an orderly way is away.</summary>
    private static readonly TimeSpan MostSilent = TimeSpan.FromSeconds(3);

    private readonly IActorRef _group;
    private readonly Asked<GroupStatus> _groups;
    private readonly Asked<RelayStatus>? _relays;
    private readonly Asked<Verdict> _journal;
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
        (_group, _time, _log) = (group, time, log);
        _groups = new Asked<GroupStatus>(stop => Question.AskAsync<GroupStatus>(group, GetGroupStatus.Instance, Question.OfNode, stop), time);
        _relays = relay is null ? null : new Asked<RelayStatus>(stop => Question.AskAsync<RelayStatus>(relay, GetRelayStatus.Instance, Question.OfNode, stop), time);
        _journal = new Asked<Verdict>(async stop => new Verdict(await journal.ProblemAsync(stop)), time);
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
        do
        {
            var answers = Task.WhenAll(_groups.AskAsync(stop), _relays?.AskAsync(stop) ?? Task.CompletedTask, _journal.AskAsync(stop));
            await Task.WhenAny(answers, Task.Delay(Patience, _time, stop));
            if (_groups.Last is not null || _groups.Silent > MostSilent)
            {
                var group = _groups.Last is { } last ? last with { Standing = _standing.Look(last.Lanes) } : null;
                Volatile.Write(ref _last, new NodeView(group, _relays?.Last, _journal.Last?.Problem, [.. SilentParts()], _time.GetUtcNow(), _time.GetTimestamp()));
            }

            Hold(_relays?.Last);
            if (_last is { } view)
            {
                _still.Look([.. view.Problems, .. StandstillLog.Of(_blocked.All)]);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private IEnumerable<string> SilentParts()
    {
        if (_groups.Silent > MostSilent)
        {
            yield return $"sources and subscriptions of this node have not answered for {_groups.Silent.TotalSeconds:0} s";
        }

        if (_relays?.Silent > MostSilent)
        {
            yield return $"relay: it has not answered for {_relays.Silent.TotalSeconds:0} s. It moves to another node, or its node or the database hangs; until it answers nobody knows whether anything is published";
        }

        if (_journal.Silent > MostSilent)
        {
            yield return $"journal: whether it takes writes is not known since {_journal.Silent.TotalSeconds:0} s";
        }
    }

    private sealed record Verdict(string? Problem);

    /// <summary>A part that is asked again when it has answered.</summary>
    private sealed class Asked<T>(Func<CancellationToken, Task<T?>> ask, TimeProvider time)
        where T : class
    {
        private Task _asking = Task.CompletedTask;
        private long _answeredAt = time.GetTimestamp();

        /// <summary>Its last answer.</summary>
        public T? Last { get; private set; }

        /// <summary>Since its last answer, or since the start.</summary>
        public TimeSpan Silent => time.GetElapsedTime(_answeredAt);

        /// <summary>Completes when it has answered, or has not in time.</summary>
        public Task AskAsync(CancellationToken stop) => _asking.IsCompleted ? _asking = OnceAsync(stop) : _asking;

        private async Task OnceAsync(CancellationToken stop)
        {
            if (await ask(stop) is { } answer)
            {
                (Last, _answeredAt) = (answer, time.GetTimestamp());
            }
        }
    }
}
