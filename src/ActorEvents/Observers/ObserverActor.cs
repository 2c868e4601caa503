using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Observers;

/// <summary>Moves what lanes emit into an observer's ring, and does nothing else: no wait, no answer, no debt. So it cannot hold up the data path.</summary>
internal sealed class ObserverActor : UntypedActor
{
    private readonly EventObserver _observer;

    public ObserverActor(EventObserver observer) => _observer = observer;

    protected override void OnReceive(object message)
    {
        if (message is Emitted emitted)
        {
            _observer.Take(emitted.Events);
        }
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(_observer.Gate);
        _observer.End();
    }
}
