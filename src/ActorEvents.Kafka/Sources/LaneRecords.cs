using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Sources;

namespace ActorEvents.Kafka.Sources;

/// <summary>Decodes the batches of one partition for its lane. One thread at a time.</summary>
internal sealed class LaneRecords(RecordDecoder decoder)
{
    /// <summary>Reads a batch and disposes it: what its records keep, they have copied.</summary>
    public IReadOnlyList<SourceRecord> Decode(KafkaRecordBatch batch)
    {
        if (batch.Count == 0)
        {
            return [SourceRecord.Nothing(batch.LastOffset)];
        }

        var records = new SourceRecord[batch.Count];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = Decode(batch[i]);
        }

        batch.Dispose();
        return records;
    }

    private SourceRecord Decode(KafkaRecord record)
    {
        var raw = new RawRecord(record.Offset, record.Key, record.HasKey, record.Value, record.HasValue, record.Headers, record.Timestamp);
        return decoder.TryDecode(in raw, out var envelope, out var failure)
            ? new SourceRecord(record.Offset, envelope, null)
            : new SourceRecord(record.Offset, null, decoder.Refuse(in raw, failure));
    }
}
