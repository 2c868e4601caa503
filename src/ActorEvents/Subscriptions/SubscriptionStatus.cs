using ActorEvents.Events;

namespace ActorEvents.Subscriptions;

/// <summary>One handler type's subscription on one node, as it is now.</summary>
/// <param name="Sessions">Lanes that emit to it.</param>
/// <param name="Unsettled">Events that it holds.</param>
/// <param name="Keys">Keys (times streams) with something unsettled.</param>
/// <param name="InFlight">Deliveries under way.</param>
/// <param name="Overdue">Deliveries that were sent more than once and are still not answered.</param>
/// <param name="Stalled">Streams that wait for the handler's key selector.</param>
internal sealed record SubscriptionStatus(
    string Handler, bool Paused, int Sessions, int Unsettled, int Keys, int InFlight, int Overdue, IReadOnlyList<StalledStream> Stalled)
{
    /// <summary>Of each stream what it waits for longest.</summary>
    public IReadOnlyList<OldestUnsettled> Oldest { get; init; } = [];

    /// <summary>Streams that are held for a handler type of other nodes.</summary>
    public IReadOnlyList<HeldStream> Held { get; init; } = [];
}

/// <summary>The oldest event of a stream that a handler type has not settled.</summary>
internal sealed record OldestUnsettled(string Stream, long Position, EntityKey Key);

/// <summary>A stream that is held because this node lacks the handler type of one of its events.</summary>
/// <param name="Position">Of that event; it is not committed.</param>
internal sealed record HeldStream(string Stream, long Position, string Type, string Handler);

/// <summary>A stream whose events wait because the key selector threw on one of them.</summary>
/// <param name="Position">Of that event.</param>
/// <param name="Events">That event and those behind it.</param>
/// <param name="Failures">In a row.</param>
internal sealed record StalledStream(string Stream, long Position, int Events, int Failures, string? Problem);
