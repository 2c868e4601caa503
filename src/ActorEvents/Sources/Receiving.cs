using ActorEvents.Events;
using ActorEvents.Telemetry;

namespace ActorEvents.Sources;

/// <summary>What telemetry sees of a lane that emits.</summary>
internal static class Receiving
{
    /// <summary>Counts the events, and where somebody listens to traces, puts each into the span of its reception.</summary>
    public static void Emits(SourceContext context, StreamId stream, EventEnvelope[] events)
    {
        Metrics.Consumed(context.MessagingSystem, context.ConsumerGroup, stream.Destination, events.Length);
        if (!Tracing.IsOn)
        {
            return;
        }

        for (var i = 0; i < events.Length; i++)
        {
            if (Tracing.Receive(context.MessagingSystem, context.ConsumerGroup, events[i]) is { } span)
            {
                // One that is not recorded says only that this trace is not: an event that says so already goes on as it is.
                if (span.Recorded || TraceContext.Of(events[i]) is null)
                {
                    events[i] = events[i].In(Tracing.ContextOf(span));
                }

                span.End();
            }
        }
    }
}
