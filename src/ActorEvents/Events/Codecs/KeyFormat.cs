namespace ActorEvents.Events.Codecs;

/// <summary>How the bytes of a record's key are read (setting <c>key-format</c>). The same bytes always give the same text and different bytes never do.</summary>
public enum KeyFormat
{
    /// <summary>Strict UTF-8, taken as it stands. The default.</summary>
    Utf8,

    /// <summary>4 bytes, big-endian, as Kafka's <c>IntegerSerializer</c> writes them; the key is the decimal number.</summary>
    Int32,

    /// <summary>8 bytes, big-endian, as Kafka's <c>LongSerializer</c> writes them; the key is the decimal number.</summary>
    Int64,

    /// <summary>16 bytes in the order of RFC 9562; the key is the lower-case text with dashes. (Kafka's <c>UUIDSerializer</c> writes text: that is <see cref="Utf8"/>.)</summary>
    Uuid,

    /// <summary>Any bytes; the key is their lower-case hexadecimal text.</summary>
    Hex,
}
