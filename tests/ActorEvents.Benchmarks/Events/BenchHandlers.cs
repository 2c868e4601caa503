using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Benchmarks.Events;

public sealed record Count(long Events);

/// <summary>What the journal keeps of one event.</summary>
/// <param name="Number">The event's position, by which <see cref="EventLedger"/> finds it again.</param>
/// <param name="Data">Makes it as long as the event's data.</param>
public sealed record Seen(long Number, string Data);

/// <summary>Counts in memory.</summary>
internal sealed class VolatileCounter : IEventHandler<Count>
{
    private static readonly Decision One = Decision.Persist(new Seen(1, ""));

    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope) => One;

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}

/// <summary>Counts in the journal, which keeps some hundred bytes of each event.</summary>
internal sealed class Counter : IEventHandler<Count>
{
    private static readonly string s_data = new('x', 70);

    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope) => Decision.Persist(new Seen(envelope.Position.Number, s_data));

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}

/// <summary>Counts in the journal and says each event's data on a topic.</summary>
/// <param name="handled">Told the data of each event when it is decided.</param>
internal sealed class Forwarder(string topic, Action<ReadOnlyMemory<byte>>? handled = null) : IEventHandler<Count>
{
    public Count Initial => new(0);

    public Decision Handle(Count state, EventEnvelope envelope)
    {
        handled?.Invoke(envelope.Data);
        return Decision.Persist(new Seen(envelope.Position.Number, "")).AndEmit(new OutgoingEvent(topic, "bench.forwarded", envelope.Data));
    }

    public Count Apply(Count state, object stateEvent) => new(state.Events + 1);
}
