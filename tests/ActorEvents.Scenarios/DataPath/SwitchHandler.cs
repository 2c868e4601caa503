using System.Collections.Concurrent;
using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>The totals handler with switches that a test turns: which events fail, and what was handled so far.</summary>
internal sealed class SwitchHandler : IEventHandler<Totals>
{
    private readonly TotalsHandler _inner = new();
    private int _handled;

    /// <summary>Ids of events that fail now.</summary>
    public ConcurrentDictionary<string, bool> Failing { get; } = [];

    /// <summary>Calls of Handle that succeeded; repeats included.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public Totals Initial => _inner.Initial;

    public Decision Handle(Totals state, EventEnvelope envelope)
    {
        if (Failing.ContainsKey(envelope.Id))
        {
            throw new InvalidOperationException($"event {envelope.Id} fails on purpose");
        }

        Interlocked.Increment(ref _handled);
        return _inner.Handle(state, envelope);
    }

    public Totals Apply(Totals state, object stateEvent) => _inner.Apply(state, stateEvent);
}
