using Akka;
using Akka.Streams.Dsl;

namespace ActorEvents.Kafka.Producers;

/// <summary>
/// Kafka as the end, or the middle, of an Akka.Streams graph. A client for each materialization. Brokers that are away are waited for, with back-pressure; the
/// stream's supervision decides about a record that is refused alone (what was refused with its batch is sent once more, in its place): stop (the default) fails the stream, resume and restart let the result out with its error.
/// </summary>
internal static class KafkaProducer
{
    /// <summary>
    /// Produces envelopes and emits a result for each, in the order in which they came in, when all its records are acknowledged.
    /// The materialized task tells what was flushed when the client is closed; it fails with what the stream failed with.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    public static Flow<ProducerEnvelope<TPassThrough>, ProducerResult<TPassThrough>, Task<ProducerFlushed>> FlexiFlow<TPassThrough>(KafkaProducerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _ = settings.ToClientConfig();
        return Flow.FromGraph(new ProducerStage<TPassThrough>(settings));
    }

    /// <summary>Produces records. The task completes when all are acknowledged and the client is closed; it fails with what the stream failed with.</summary>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    public static Sink<ProducerRecord, Task<ProducerFlushed>> PlainSink(KafkaProducerSettings settings) =>
        Flow.Create<ProducerRecord>()
            .Select(r => ProducerMessage.Single(r, NotUsed.Instance))
            .ViaMaterialized(FlexiFlow<NotUsed>(settings), Keep.Right)
            .To(Sink.Ignore<ProducerResult<NotUsed>>());
}
