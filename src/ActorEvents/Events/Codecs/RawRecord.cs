namespace ActorEvents.Events.Codecs;

/// <summary>
/// A record as a broker hands it over, the input of <see cref="RecordDecoder"/>. It lives on the stack and owns nothing. The decoder reads it during the
/// call only and copies what the event keeps, so one buffer can serve all records, and an event that waits for long keeps no other's bytes.
/// <code>
/// var record = new RawRecord(result.Offset, message.Key, message.Value, RawHeaders.Of(headers), message.Timestamp.UnixTimestampMs);
/// return decoder.TryDecode(in record, out var envelope, out var failure)
///     ? new SourceRecord(record.Number, envelope, null)
///     : new SourceRecord(record.Number, null, decoder.Refuse(in record, failure));
/// </code>
/// </summary>
internal readonly ref struct RawRecord
{
    /// <summary>Kafka's "no timestamp".</summary>
    public const long NoTimestamp = -1;

    /// <param name="number">The position in the stream (offset).</param>
    /// <param name="key">Null: the record has no key. Zero bytes are a key.</param>
    /// <param name="value">Null: a tombstone, an event without data. Zero bytes are data.</param>
    /// <param name="headers">In the record's order, repeated names included; a value may be null.</param>
    /// <param name="timestamp">Milliseconds since 1970, any value; <see cref="NoTimestamp"/> if there is none.</param>
    public RawRecord(long number, byte[]? key, byte[]? value, RawHeaders headers, long timestamp = NoTimestamp)
        : this(number, key, key is not null, value, value is not null, headers, timestamp)
    {
    }

    /// <summary>For who reads parts of a larger buffer, where null cannot be told from zero bytes.</summary>
    public RawRecord(
        long number, ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, bool hasValue, RawHeaders headers, long timestamp = NoTimestamp)
    {
        Number = number;
        Key = key;
        HasKey = hasKey;
        Value = value;
        HasValue = hasValue;
        Headers = headers;
        Timestamp = timestamp;
    }

    public long Number { get; }

    public ReadOnlySpan<byte> Key { get; }

    public bool HasKey { get; }

    public ReadOnlySpan<byte> Value { get; }

    public bool HasValue { get; }

    public RawHeaders Headers { get; }

    public long Timestamp { get; }

    /// <summary>What counts against credits and the size limit, in bytes: key + names and values of headers + value.</summary>
    public long Size => (long)Key.Length + Value.Length + Headers.Size;
}
