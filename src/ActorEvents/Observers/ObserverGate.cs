using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Observers;

/// <summary>
/// Stands before an observer's mailbox on the EventStream and bounds it: the lists in it hold so many bytes at most, or are one. Overflow policy: DropNewest, counted with
/// what the observer drops. Whoever emits waits for nothing.
/// </summary>
internal sealed class ObserverGate(IActorRef actor, EventObserver observer) : MinimalActorRef
{
    public override ActorPath Path { get; } = actor.Path / "gate";

    public override IActorRefProvider Provider => ((IInternalActorRef)actor).Provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is Emitted emitted && observer.Admits(emitted.Events))
        {
            actor.Tell(emitted);
        }
    }
}
