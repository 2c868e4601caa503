namespace ActorEvents.Handlers;

/// <summary>What a destination cannot take is refused when it is decided, as a handler failure: topic names as Kafka has them, size with all attributes.</summary>
internal static class OutgoingRules
{
    /// <summary>Room for the attributes that the relay adds (id, source, origin), in bytes.</summary>
    private const int RelayOverhead = 1_024;

    public static void Check(HandlerDefinition handler, OutgoingEvent outgoing, int dataBytes)
    {
        var topic = outgoing.Destination;
        if (topic.Length is 0 or > 249 || topic is "." or ".." || topic.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '.' and not '_' and not '-'))
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits to '{topic}', which is no topic name: 1 to 249 characters of a–z, A–Z, 0–9, '.', '_' and '-'.");
        }

        if (string.IsNullOrEmpty(outgoing.Type))
        {
            throw new InvalidOperationException($"Handler '{handler.Name}' emits to '{topic}' without an event type.");
        }

        var bytes = dataBytes + RelayOverhead + (2 * outgoing.Type.Length) + (3 * ((outgoing.Key?.Length ?? 255) + (outgoing.Subject?.Length ?? 0)));
        if (bytes > handler.MaxOutgoingBytes)
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits {bytes} bytes to '{topic}' (data {dataBytes}, the rest attributes); at most {handler.MaxOutgoingBytes} fit (events.max-bytes).");
        }
    }
}
