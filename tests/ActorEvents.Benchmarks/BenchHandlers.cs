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
