using System.Runtime.InteropServices;
using ActorEvents.Events;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Sources;

namespace ActorEvents.Kafka.Sources;

/// <summary>Decodes the batches of one partition for its lane. One thread at a time.</summary>
internal sealed class LaneRecords(RecordDecoder decoder)
{
    private readonly HeaderNames _names = new();
    private readonly List<KeyValuePair<string, byte[]?>> _headers = [];

    public IReadOnlyList<SourceRecord> Decode(KafkaRecordBatch batch)
    {
        var records = new SourceRecord[batch.Count];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = Decode(batch[i]);
        }

        return records;
    }

    private SourceRecord Decode(KafkaRecord record)
    {
        _headers.Clear();
        record.CopyHeaders(_headers, _names);

        // The value is copied: an event that waits for long must not keep its whole batch.
        var raw = new RawRecord(record.Offset, record.Key.Span, record.HasKey, record.CopyValue(), CollectionsMarshal.AsSpan(_headers), record.Timestamp);
        return decoder.TryDecode(in raw, out var envelope, out var failure)
            ? new SourceRecord(record.Offset, envelope, null)
            : new SourceRecord(record.Offset, null, decoder.Refuse(in raw, failure));
    }
}
