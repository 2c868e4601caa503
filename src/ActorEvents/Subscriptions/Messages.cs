using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Subscriptions;

/// <summary>
/// One reading of a stream by one lane, from a start position, with a fixed list of subscriptions. Compared by reference: it never leaves its node.
/// </summary>
/// <param name="lane">Who is told what is settled.</param>
public sealed class LaneSession(StreamId stream, IActorRef lane, long start)
{
    public StreamId Stream { get; } = stream;

    public IActorRef Lane { get; } = lane;

    /// <summary>First position that may come.</summary>
    public long Start { get; } = start;

    public override string ToString() => $"{Stream} from {Start}";
}

/// <summary>Lane → each subscription of its list, before anything is emitted.</summary>
public sealed record OpenSession(LaneSession Session);

/// <summary>
/// Subscription → lane: it listens to the EventStream and knows the session. The lane emits nothing before all of its list have said so: what is published
/// before a subscription's own start reaches it by no mailbox.
/// </summary>
public sealed record SessionOpened(LaneSession Session, int Subscription);

/// <summary>Lane → each subscription of its list: revoked, failed or stopped. The subscription forgets the session's events.</summary>
public sealed record CloseSession(LaneSession Session);

/// <summary>Lane → EventStream of the node: what was read, ascending by position. To look on, there is <c>EventObservers</c>, which copies what it keeps.</summary>
/// <param name="Sequence">0, 1, 2 … within the session: a subscription that misses one fails the group instead of losing events.</param>
public sealed record Emitted(LaneSession Session, long Sequence, EventEnvelope[] Events);

/// <summary>Subscription → lane: these positions are durable at the entity of this handler type or do not concern it. In any order.</summary>
/// <param name="Subscription">Index in the node's list of subscriptions.</param>
public sealed record Settled(LaneSession Session, int Subscription, long[] Positions);

/// <summary>Subscription → group: an <see cref="Emitted"/> of a session that was never opened, or one was missed. Cannot happen; it fails the group.</summary>
public sealed record UnknownSession(LaneSession Session);
