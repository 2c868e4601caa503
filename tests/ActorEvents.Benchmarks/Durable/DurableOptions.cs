using ActorEvents.Hosting;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Durable;

/// <param name="InFlight">Events under way at most, on both sides.</param>
/// <param name="InFlightPerKey">Events of a key in one list at most; one: no two events share a row. Null: as a node has it.</param>
internal sealed record DurableOptions(JournalProvider Journal, int InFlight, int? InFlightPerKey)
{
    public void Apply(ActorEventsOptions options)
    {
        options.Flow.MaxEvents = InFlight;
        options.Flow.Span = Math.Max(options.Flow.Span, InFlight);
        options.Delivery.MaxEvents = InFlightPerKey ?? options.Delivery.MaxEvents;
    }
}
