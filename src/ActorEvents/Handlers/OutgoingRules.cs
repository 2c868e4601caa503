using System.Buffers;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>
/// What a destination cannot take is refused when it is decided, as a handler failure: topic names as Kafka has them, attributes as the relay's encoder
/// takes them, size with all attributes, no more events than have a number.
/// </summary>
internal static class OutgoingRules
{
    /// <summary>Room for the attributes that the relay adds (id, source, origin), in bytes.</summary>
    private const int RelayOverhead = 1_024;

    private static readonly SearchValues<char> s_topicCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Whether what one event emits goes into the same row as what is there already; if not, into the next.</summary>
    /// <exception cref="InvalidOperationException">It goes into no row.</exception>
    public static bool Fits(HandlerDefinition handler, int emitted, int already) => emitted > handler.MaxOutgoing
        ? throw new InvalidOperationException(
            $"Handler '{handler.Name}' emits {emitted} events for one event; at most {handler.MaxOutgoing} have a number in a journal row.")
        : already + emitted <= handler.MaxOutgoing;

    /// <param name="time">The event's time.</param>
    /// <param name="trace">What the event carries of the handled one's trace.</param>
    public static void Check(HandlerDefinition handler, OutgoingEvent outgoing, string? contentType, string time, int dataBytes, TraceContext? trace)
    {
        var topic = outgoing.Destination;
        if (topic.Length is 0 or > 249 || topic is "." or ".." || topic.AsSpan().ContainsAnyExcept(s_topicCharacters))
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits to '{topic}', which is no topic name: 1 to 249 characters of a–z, A–Z, 0–9, '.', '_' and '-'.");
        }

        if (RecordEncoder.Check(outgoing.Type ?? "", outgoing.Subject, contentType, outgoing.Key) is { } problem)
        {
            throw new InvalidOperationException($"Handler '{handler.Name}' emits to '{topic}' what no reader would take: {problem}");
        }

        if (AttributeRules.Time(time) is { } odd)
        {
            throw new InvalidOperationException($"Handler '{handler.Name}' emits to '{topic}' with the time of the event that it handles, ‹{DecodeFailure.Show(time)}›: {odd}. Change it in the source that made that event.");
        }

        if (RecordEncoder.CheckExtensions(outgoing.Extensions, trace is null ? 0 : 2) is { } wrong)
        {
            throw Refused(handler, topic, wrong + " Change it in OutgoingEvent.Extensions.");
        }

        var bytes = dataBytes + RelayOverhead + Bytes(handler, outgoing) + Bytes(trace) + (2 * outgoing.Type!.Length) + (3 * ((outgoing.Key?.Length ?? 255) + (outgoing.Subject?.Length ?? 0)));
        if (bytes > handler.MaxOutgoingBytes)
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits {bytes} bytes to '{topic}' (data {dataBytes}, the rest attributes); at most {handler.MaxOutgoingBytes} fit (events.max-bytes).");
        }
    }

    /// <summary>What extensions add to the record; the key has a place of its own.</summary>
    private static int Bytes(HandlerDefinition handler, OutgoingEvent outgoing)
    {
        var bytes = 0;
        for (var i = 0; i < outgoing.Extensions.Count; i++)
        {
            var (name, value) = outgoing.Extensions[i];
            if (AttributeRules.IsPartitionKey(name))
            {
                throw Refused(handler, outgoing.Destination, $"{name} = ‹{DecodeFailure.Show(value)}›: an emitted event has its key elsewhere. Set OutgoingEvent.Key.");
            }

            bytes += RecordEncoder.HeaderBytes(name, value);
        }

        return bytes;
    }

    /// <summary>A trace context goes out twice, as attributes and as headers of the record.</summary>
    private static int Bytes(TraceContext? trace) => trace is null
        ? 0
        : 2 * (RecordEncoder.HeaderBytes(TraceContext.ParentName, trace.Parent) + (trace.State is { } state ? RecordEncoder.HeaderBytes(TraceContext.StateName, state) : 0));

    private static InvalidOperationException Refused(HandlerDefinition handler, string topic, string why) =>
        new($"Handler '{handler.Name}' emits to '{topic}' with an extension that no reader would take: {why}");
}
