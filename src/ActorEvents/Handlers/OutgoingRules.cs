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

    /// <summary>Whether what one event emits goes into the same row as what is there already; if not, into the next.</summary>
    /// <exception cref="InvalidOperationException">It goes into no row.</exception>
    public static bool Fits(HandlerDefinition handler, int emitted, int already) => emitted > handler.MaxOutgoing
        ? throw new InvalidOperationException(
            $"Handler '{handler.Name}' emits {emitted} events for one event; at most {handler.MaxOutgoing} have a number in a journal row.")
        : already + emitted <= handler.MaxOutgoing;

    public static void Check(HandlerDefinition handler, OutgoingEvent outgoing, string contentType, int dataBytes)
    {
        var topic = outgoing.Destination;
        if (topic.Length is 0 or > 249 || topic is "." or ".." || topic.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '.' and not '_' and not '-'))
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits to '{topic}', which is no topic name: 1 to 249 characters of a–z, A–Z, 0–9, '.', '_' and '-'.");
        }

        if (RecordEncoder.Check(outgoing.Type ?? "", outgoing.Subject, contentType, outgoing.Key) is { } problem)
        {
            throw new InvalidOperationException($"Handler '{handler.Name}' emits to '{topic}' what no reader would take: {problem}");
        }

        var bytes = dataBytes + RelayOverhead + (2 * outgoing.Type!.Length) + (3 * ((outgoing.Key?.Length ?? 255) + (outgoing.Subject?.Length ?? 0)));
        if (bytes > handler.MaxOutgoingBytes)
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits {bytes} bytes to '{topic}' (data {dataBytes}, the rest attributes); at most {handler.MaxOutgoingBytes} fit (events.max-bytes).");
        }
    }
}
