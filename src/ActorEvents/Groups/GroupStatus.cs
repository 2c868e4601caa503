using System.Collections.Frozen;
using System.Globalization;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;

namespace ActorEvents.Groups;

/// <summary>The sources and subscriptions of one node as they are now.</summary>
/// <param name="Running">False while all of them start again after one failed.</param>
/// <param name="Silent">Parts that did not answer in time: what is not known of them is not zero.</param>
internal sealed record GroupStatus(
    bool Running, bool Draining, IReadOnlyList<SourceStatus> Sources, IReadOnlyList<SubscriptionStatus> Subscriptions, IReadOnlyList<string> Silent)
{
    /// <summary>What stands still and should not, a text each.</summary>
    public IEnumerable<string> Problems =>
    [
        .. Sources.Where(s => s.Problem is not null).Select(s => $"source {s.Name}: {s.Problem}"),
        .. Subscriptions.SelectMany(s => s.Stalled.Select(l => Stalled(s.Handler, l))),
        .. Lanes.Where(l => Standing.Contains(l.Stream)).Select(SpanReached),
        .. Held,
    ];

    /// <summary>Streams of lanes that stand still because their span is used up (<see cref="StandingLanes"/>).</summary>
    public IReadOnlySet<string> Standing { get; init; } = FrozenSet<string>.Empty;

    /// <summary>What is held for handler types that this node lacks, a text each.</summary>
    public IReadOnlyList<string> Held { get; init; } = [];

    /// <summary>All lanes.</summary>
    public IEnumerable<LaneStatus> Lanes => Sources.SelectMany(s => s.Lanes);

    private static string Stalled(string handler, StalledStream stream) => string.Create(
        CultureInfo.InvariantCulture,
        $"handler {handler} on {stream.Stream}: its key selector has failed {stream.Failures} time(s) in a row at {stream.Position}, so it reads nothing behind it ({stream.Events} event(s) wait): {stream.Problem}");

    private string SpanReached(LaneStatus lane)
    {
        var waits = Subscriptions.Where(s => lane.Owing.Contains(s.Handler, StringComparer.Ordinal))
            .Select(s => (s.Handler, Oldest: s.Oldest.Where(o => o.Stream == lane.Stream).MinBy(o => o.Position)))
            .Select(w => w.Oldest is { } o ? string.Create(CultureInfo.InvariantCulture, $"handler {w.Handler} with key '{o.Key.Value}' at {o.Position}") : $"handler {w.Handler}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"stream {lane.Stream}: stands still, because flow.span = {lane.Tracked} positions are tracked from {lane.Committed} on; it waits for {string.Join(", ", waits)} (see blocked_keys)");
    }
}
