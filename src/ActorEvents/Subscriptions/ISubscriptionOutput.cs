using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Subscriptions;

/// <summary>What a subscription's flow wants done, in the order in which it says so.</summary>
internal interface ISubscriptionOutput
{
    /// <summary>Tell the lane that the session is known.</summary>
    void Opened(LaneSession session);

    /// <summary>Send to the entity of its key.</summary>
    void Deliver(Deliver delivery);

    /// <summary>Tell the lane what is settled.</summary>
    void Settled(LaneSession session, long[] positions);

    /// <summary>Tell the lane that the handler is paused (<see cref="HoldSession"/>).</summary>
    void Hold(LaneSession session);

    /// <summary>Tell the lane that the handler goes on (<see cref="RereadSession"/>).</summary>
    void Reread(LaneSession session);

    /// <summary>Store it, and call <see cref="SubscriptionFlow.Stored"/> when it is.</summary>
    void Store(LaneSession session, DeadLetter letter);

    /// <summary>An event of a session came that is not known, or one was missed. Cannot happen; the group starts again.</summary>
    void Unknown(LaneSession session);

    /// <summary>Call <see cref="SubscriptionFlow.Flush"/> behind what has come by now: more events a list, more positions a settlement.</summary>
    void Soon();

    /// <summary>A key selector failed; it is asked again after the pause, and nothing behind the event is routed before.</summary>
    void KeySelectorFailed(EventEnvelope envelope, TimeSpan pause, Exception cause);

    /// <summary>Deliveries were overdue and are sent again.</summary>
    void Overdue(int deliveries);
}
