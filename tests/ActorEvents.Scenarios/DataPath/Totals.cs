using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>The handler of these scenarios: counts and lists per key, emits one event with the count.</summary>
public sealed record Totals(int Count, string Numbers);

public sealed record Counted(string Number);

public sealed class TotalsHandler : IEventHandler<Totals>
{
    public Totals Initial => new(0, "");

    public Decision Handle(Totals state, EventEnvelope envelope) =>
        Decision.Persist(new Counted(envelope.Id)).AndEmit("totals", "counted", new { state.Count });

    public Totals Apply(Totals state, object stateEvent) => stateEvent is Counted counted
        ? new Totals(state.Count + 1, state.Numbers + counted.Number + " ")
        : state;
}
