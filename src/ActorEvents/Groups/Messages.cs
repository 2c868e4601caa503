using ActorEvents.Sources;
using ActorEvents.Subscriptions;

namespace ActorEvents.Groups;

/// <summary>Singleton slot → group of its node: run this source here / no longer.</summary>
internal sealed record AttachSource(string Name);

internal sealed record DetachSource(string Name, TimeSpan Deadline);

internal sealed record SourceDetached(string Name);

/// <summary>
/// Host → group: stop all sources, drain their lanes until the deadline. Answered with <see cref="GroupDrained"/>, two seconds behind it at the latest.
/// </summary>
internal sealed record DrainGroup(TimeSpan Deadline);

/// <summary>What the drain of the node came to.</summary>
/// <param name="Unanswered">Sources that did not end in time (an unreachable broker); what they had under way is taken up again at the next start.</param>
internal sealed record GroupDrained(IReadOnlyList<SourceDrained> Sources, IReadOnlyList<string> Unanswered);

/// <summary>Anyone → group: answered with its <see cref="GroupStatus"/>.</summary>
internal sealed record GetGroupStatus
{
    public static GetGroupStatus Instance { get; } = new();
}

/// <summary>Host → group: let a part stand still, or go on. It stays so over restarts of the part. Answered with <see cref="PartPaused"/>.</summary>
/// <param name="Name">Of the source or handler; of a lane its stream's.</param>
internal sealed record PausePart(PartKind Kind, string Name, bool Paused);

/// <param name="Problem">Why nothing was done, or null.</param>
internal sealed record PartPaused(string? Problem)
{
    /// <summary>It stood still before.</summary>
    public bool Was { get; init; }
}

/// <summary>Cluster's side → group: settle nothing that these take. Answered with <see cref="HeldBack"/> once it is so; lanes start again if something is new.</summary>
internal sealed record HoldBack(IReadOnlyList<MissingHandler> Missing);

/// <summary>Answer to <see cref="HoldBack"/>.</summary>
internal sealed record HeldBack(HoldBack Now);
