using ActorEvents.Sources;

namespace ActorEvents.Groups;

/// <summary>Tells a lane that stands still from one that a slow key holds up for a moment: its span is used up, and what it has committed has not moved for <see cref="Patience"/>.</summary>
internal sealed class StandingLanes(TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private Dictionary<string, (long Committed, long Since)> _reached = new(StringComparer.Ordinal);

    /// <summary>The streams of those that stand, at this look.</summary>
    public IReadOnlySet<string> Look(IEnumerable<LaneStatus> lanes)
    {
        var now = time.GetTimestamp();
        _reached = lanes.Where(l => l.SpanReached).ToDictionary(
            l => l.Stream,
            l => _reached.TryGetValue(l.Stream, out var before) && before.Committed == l.Committed ? before : (l.Committed, now),
            StringComparer.Ordinal);
        return _reached.Where(r => time.GetElapsedTime(r.Value.Since, now) >= Patience).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
    }
}
