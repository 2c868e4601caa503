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
    public IEnumerable<string> Problems => [.. Sources.Where(s => s.Problem is not null).Select(s => $"source {s.Name}: {s.Problem}"), .. Held];

    /// <summary>What is held for handler types that this node lacks, a text each.</summary>
    public IReadOnlyList<string> Held { get; init; } = [];

    /// <summary>All lanes.</summary>
    public IEnumerable<LaneStatus> Lanes => Sources.SelectMany(s => s.Lanes);
}
