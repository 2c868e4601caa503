using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>Makes what goes into <see cref="KafkaProducer.FlexiFlow{TPassThrough}"/>.</summary>
internal static class ProducerMessage
{
    /// <summary>One record.</summary>
    public static ProducerEnvelope<TPassThrough> Single<TPassThrough>(ProducerRecord record, TPassThrough passThrough) => new(record, null, passThrough);

    /// <summary>Several records, produced in their order; one result when all are acknowledged. Not a transaction.</summary>
    public static ProducerEnvelope<TPassThrough> Multi<TPassThrough>(IReadOnlyList<ProducerRecord> records, TPassThrough passThrough)
    {
        ArgumentNullException.ThrowIfNull(records);
        return new(default, records, passThrough);
    }

    /// <summary>No record: comes out in its place, when everything before it is acknowledged.</summary>
    public static ProducerEnvelope<TPassThrough> PassThrough<TPassThrough>(TPassThrough passThrough) => new(default, [], passThrough);
}

/// <summary>What is to be produced together, and a value that comes out with the result.</summary>
internal readonly struct ProducerEnvelope<TPassThrough>
{
    private readonly ProducerRecord _single;
    private readonly IReadOnlyList<ProducerRecord>? _records;

    internal ProducerEnvelope(ProducerRecord single, IReadOnlyList<ProducerRecord>? records, TPassThrough passThrough)
    {
        (_single, _records) = (single, records);
        PassThroughValue = passThrough;
    }

    /// <summary>The value that comes out with the result.</summary>
    public TPassThrough PassThroughValue { get; }

    /// <summary>How many records.</summary>
    public int Count => _records?.Count ?? 1;

    /// <summary>A record by its place.</summary>
    public ProducerRecord this[int index] => _records is null ? _single : _records[index];
}

/// <summary>What became of an envelope.</summary>
/// <param name="Error">Null: every record is acknowledged. Set only where the stream's supervision resumes: the first error of the envelope's records.</param>
/// <param name="Last">Where the last acknowledged record of the envelope lies; null if it has none.</param>
internal readonly record struct ProducerResult<TPassThrough>(TPassThrough PassThrough, Error? Error, TopicPartitionOffset? Last);

/// <summary>What a producer stage came to.</summary>
/// <param name="Acknowledged">Records that a broker has acknowledged.</param>
/// <param name="Refused">Records that failed.</param>
/// <param name="Unacknowledged">
/// Records that were handed to the client and not acknowledged by the end; they may be in the topic or not. 0 when the stream completed.
/// </param>
internal sealed record ProducerFlushed(long Acknowledged, long Refused, long Unacknowledged);
