using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Tests.Handlers;

public sealed record Sum(int Events);

public sealed record Counted;

/// <summary>A handler that a test writes as one function; it emits, and its state counts.</summary>
internal sealed class Emitter(Func<EventEnvelope, Decision> decide) : IEventHandler<Sum>
{
    public static readonly StreamId Stream = new("s/id/0", "s/t/0");
    public static readonly StreamId OtherStream = new("s/id/1", "s/t/1");

    public Sum Initial { get; } = new(0);

    public static HandlerDefinition Handler(Func<EventEnvelope, Decision> decide) =>
        new HandlerRegistration<Sum>("emitter", new Emitter(decide), 100_000).StateEvent<Counted>("counted").Build();

    /// <summary>Counts one and emits that many.</summary>
    public static Decision Emit(int events) =>
        Decision.Persist(new Counted()).AndEmit([.. Enumerable.Repeat(new OutgoingEvent("out", "said", Array.Empty<byte>()), events)]);

    public static Deliver Deliver(StreamId stream, params ReadOnlySpan<long> numbers)
    {
        var events = new EventEnvelope[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var position = new EventPosition(stream, numbers[i]);
            events[i] = new EventEnvelope { Id = $"{stream}/{numbers[i]}", Source = "/s", Type = "t", Key = "k", Position = position };
        }

        return new Deliver(new EntityKey("k"), stream, events);
    }

    public Decision Handle(Sum state, EventEnvelope envelope) => decide(envelope);

    public Sum Apply(Sum state, object stateEvent) => new(state.Events + 1);
}
