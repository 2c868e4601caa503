using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Subscriptions;

/// <summary>
/// One reading of a stream by one lane, from a start position, with a fixed list of subscriptions. Compared by reference: it never leaves its node.
/// </summary>
/// <param name="lane">Who is told what is settled.</param>
/// <param name="number">0: the stream has positions. Else the number of this session; it is above those of all earlier sessions of the stream.</param>
/// <param name="window">Of a numbered session: messages that can be unsettled at once.</param>
internal sealed class LaneSession(StreamId stream, IActorRef lane, long start, long number = 0, int window = 0)
{
    public StreamId Stream { get; } = stream;

    public long Number { get; } = number;

    public int Window { get; } = window;

    /// <summary>Within it numbers grow: the stream, or of a stream of sessions one of them.</summary>
    public (string Stream, long Session) Scope => (Stream.Name, Number);

    public IActorRef Lane { get; } = lane;

    /// <summary>First position that may come.</summary>
    public long Start { get; } = start;

    public override string ToString() => $"{Stream} from {Start}";
}

/// <summary>Lane → each subscription of its list, before anything is emitted.</summary>
internal sealed record OpenSession(LaneSession Session);

/// <summary>
/// Subscription → lane: it listens to the EventStream and knows the session. The lane emits nothing before all of its list have said so: what is published
/// before a subscription's own start reaches it by no mailbox.
/// </summary>
internal sealed record SessionOpened(LaneSession Session, int Subscription);

/// <summary>Lane → each subscription of its list: revoked, failed or stopped. The subscription forgets the session's events.</summary>
internal sealed record CloseSession(LaneSession Session);

/// <summary>Lane → EventStream of the node: what was read, ascending by position. To look on, there is <c>EventObservers</c>, which copies what it keeps.</summary>
/// <param name="Sequence">0, 1, 2 … within the session: a subscription that misses one fails the group instead of losing events.</param>
internal sealed record Emitted(LaneSession Session, long Sequence, EventEnvelope[] Events);

/// <summary>Subscription → lane: these positions are durable at the entity of this handler type or do not concern it. In any order.</summary>
/// <param name="Subscription">Index in the node's list of subscriptions.</param>
internal sealed record Settled(LaneSession Session, int Subscription, long[] Positions);

/// <summary>Subscription → group: an <see cref="Emitted"/> of a session that was never opened, or one was missed. Cannot happen; it fails the group.</summary>
internal sealed record UnknownSession(LaneSession Session);

/// <summary>
/// Subscription → lane: its handler is paused. It settles nothing of this session any more, from its oldest unsettled event on, and holds none of it: the
/// lane goes on for the others, commits no position from there on, and reads on from there in a new session once the handler goes on.
/// </summary>
internal sealed record HoldSession(LaneSession Session, int Subscription);

/// <summary>Subscription → lane: its handler goes on; read the stream again from the committed position.</summary>
internal sealed record RereadSession(LaneSession Session);

/// <summary>Stand-in → group: this session is held from this event on, for it is for a handler type that the node lacks.</summary>
internal sealed record HandlerMissed(LaneSession Session, EventEnvelope Event);

/// <summary>Cluster's side → subscriptions, by way of the EventStream of the node: a member has come, leaves or has left, and shards move.</summary>
internal sealed record MembersChanged
{
    public static MembersChanged Instance { get; } = new();
}
