using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Benchmarks.Kafka;

/// <summary>Counts what lanes publish: the time from the first list to the last.</summary>
internal sealed class EmittedCounter : UntypedActor
{
    private readonly int _expected;
    private readonly TaskCompletionSource _first;
    private readonly TaskCompletionSource _last;
    private int _count;

    public EmittedCounter(int expected, TaskCompletionSource first, TaskCompletionSource last)
    {
        _expected = expected;
        _first = first;
        _last = last;
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(Emitted));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is Emitted emitted)
        {
            if (_count == 0)
            {
                _first.TrySetResult();
            }

            _count += emitted.Events.Length;
            if (_count >= _expected)
            {
                _last.TrySetResult();
            }
        }
    }
}
