using System.Globalization;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Observers;

/// <summary>
/// Lets a host look on while events flow through its node: a live view, a console's tail, a count. Observers are told of no event twice, are owed nothing and
/// acknowledge nothing; what must not be missed belongs into a handler.
/// <code>
/// await using var tail = observers.Observe("tail", new ObserverOptions { Types = ["order.*"] });
/// await foreach (var e in tail.ReadAllAsync(stop)) Console.WriteLine($"{e.Position} {e.Type} {e.Key}");
/// </code>
/// </summary>
public sealed class EventObservers(ActorSystem system)
{
    private int _made;

    /// <summary>Everything that this node's lanes emit once this has returned, as far as it is selected and there is room.</summary>
    /// <param name="name">For metrics; need not be unique.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound below 1.</exception>
    public EventObserver Observe(string name, ObserverOptions? options = null)
    {
        options ??= new ObserverOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, 1);
        var observer = new EventObserver(name, options);
        var actorName = string.Create(CultureInfo.InvariantCulture, $"observer-{Interlocked.Increment(ref _made)}");
        var actor = system.ActorOf(Props.Create(() => new ObserverActor(observer)), actorName);
        observer.RunBy(actor);

        // From here and not from the actor's start, so that nothing is missed that is emitted after the return.
        system.EventStream.Subscribe(observer.Gate, typeof(Emitted));
        return observer;
    }
}
