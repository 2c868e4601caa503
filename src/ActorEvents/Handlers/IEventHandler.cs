using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>
/// A handler: what an event means for the state of its key. Both functions are pure (no clock, no I/O, no randomness): the events of a list are
/// decided one after the other on the state as it will be, and recovery applies them again. States are immutable.
/// </summary>
/// <typeparam name="TState">The state of one key; a record. With snapshots on it is written as JSON.</typeparam>
public interface IEventHandler<TState>
    where TState : notnull
{
    /// <summary>The state of a key that has no events yet.</summary>
    TState Initial { get; }

    /// <summary>
    /// Decides one event. An exception is a handler failure: what precedes the event in its list is appended and answered, from it on nothing of its
    /// key and stream is, and it is tried again at each resend. What other streams bring to the key is handled meanwhile: order is promised per key and stream.
    /// </summary>
    Decision Handle(TState state, EventEnvelope envelope);

    /// <summary>The state after one state event that <see cref="Handle"/> persisted. Must not throw and must not read anything but its arguments.</summary>
    TState Apply(TState state, object stateEvent);
}
