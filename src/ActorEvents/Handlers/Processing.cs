using System.Diagnostics;
using ActorEvents.Events;
using ActorEvents.Telemetry;

namespace ActorEvents.Handlers;

/// <summary>What telemetry sees of one event that is decided. Used only where somebody listens: a clock is read twice, and a traced decision is copied.</summary>
internal static class Processing
{
    public static bool IsWatched => Metrics.TimesProcessing || Tracing.IsOn;

    /// <summary>Decides, in a span that is current meanwhile and that what the decision emits belongs to.</summary>
    public static Decision Watch(HandlerDefinition handler, object state, EventEnvelope envelope)
    {
        var around = Activity.Current;
        var span = Tracing.Process(handler.Name, envelope);
        var started = Stopwatch.GetTimestamp();
        Exception? failure = null;
        Activity.Current = span ?? around;
        try
        {
            var decision = handler.Decide(state, envelope);
            return span is null || decision is null ? decision! : decision.In(Tracing.ContextOf(span));
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            Activity.Current = around;
            span.End(failure?.Message, failure?.GetType().FullName);
            Metrics.Processed(handler.Name, envelope.Position.Stream.Destination, Stopwatch.GetElapsedTime(started), failure?.GetType().FullName);
        }
    }
}
