using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Benchmarks;

public sealed record Count(long Events);

public sealed record Seen(int By);

/// <summary>Counts in memory.</summary>
internal sealed class VolatileCounter : IEventHandler<Count>
{
    private static readonly Decision One = Decision.Persist(new Seen(1));

    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope) => One;

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}

/// <summary>Counts in the journal.</summary>
internal sealed class Counter : IEventHandler<Count>
{
    private static readonly Decision One = Decision.Persist(new Seen(1));

    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope) => One;

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}

/// <summary>Counts in the journal and says each event's data on a topic.</summary>
internal sealed class Forwarder(string topic) : IEventHandler<Count>
{
    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope) =>
        Decision.Persist(new Seen(1)).AndEmit(new OutgoingEvent(topic, "bench.forwarded", envelope.Data));

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}
