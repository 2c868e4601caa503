namespace ActorEvents.Events;

/// <summary>
/// A record as a broker hands it over, the input of <see cref="RecordDecoder"/>. It lives on the stack and owns nothing: fill it from what the client
/// gave. <see cref="Value"/> becomes (part of) the event's data without a copy, so nobody may write to it afterwards; key and headers are read during the
/// call only, so one buffer of headers can serve all records.
/// <code>
/// var record = new RawRecord(result.Offset, message.Key, message.Value, headers.AsSpan(0, count), message.Timestamp.UnixTimestampMs);
/// return decoder.TryDecode(in record, out var envelope, out var failure)
///     ? new SourceRecord(record.Number, envelope, null)
///     : new SourceRecord(record.Number, null, decoder.Refuse(in record, failure));
/// </code>
/// </summary>
public readonly ref struct RawRecord
{
    /// <summary>Kafka's "no timestamp".</summary>
    public const long NoTimestamp = -1;

    /// <param name="number">The position in the stream (offset).</param>
    /// <param name="key">Null: the record has no key. Zero bytes are a key.</param>
    /// <param name="value">Null (a tombstone) is read like zero bytes.</param>
    /// <param name="headers">In the record's order, repeated names included; a value may be null.</param>
    /// <param name="timestamp">Milliseconds since 1970, any value; <see cref="NoTimestamp"/> if there is none.</param>
    public RawRecord(long number, byte[]? key, byte[]? value, ReadOnlySpan<KeyValuePair<string, byte[]?>> headers, long timestamp = NoTimestamp)
        : this(number, key, key is not null, value, headers, timestamp)
    {
    }

    /// <summary>For who reads native memory: the key need not be copied into an array.</summary>
    public RawRecord(
        long number,
        ReadOnlySpan<byte> key,
        bool hasKey,
        byte[]? value,
        ReadOnlySpan<KeyValuePair<string, byte[]?>> headers,
        long timestamp = NoTimestamp)
    {
        Number = number;
        Key = key;
        HasKey = hasKey;
        Value = value;
        Headers = headers;
        Timestamp = timestamp;
    }

    public long Number { get; }

    public ReadOnlySpan<byte> Key { get; }

    public bool HasKey { get; }

    public byte[]? Value { get; }

    public ReadOnlySpan<KeyValuePair<string, byte[]?>> Headers { get; }

    public long Timestamp { get; }

    /// <summary>What counts against credits and the size limit, in bytes: key + names and values of headers + value.</summary>
    public long Size
    {
        get
        {
            long size = Key.Length + (Value?.Length ?? 0);
            foreach (var (name, value) in Headers)
            {
                size += System.Text.Encoding.UTF8.GetByteCount(name) + (value?.Length ?? 0);
            }

            return size;
        }
    }
}
