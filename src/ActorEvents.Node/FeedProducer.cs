using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using ActorEvents.Shop.Feed;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;

namespace ActorEvents.Node;

/// <summary>The shop's feed, by the Kafka producer stage.</summary>
internal sealed class FeedProducer(KafkaProducerSettings settings, KafkaTopics topics, TopicLimits limits) : IFeedProducer
{
    private static readonly Attributes s_refusalsGoOn =
        ActorAttributes.CreateSupervisionStrategy(e => e is ProduceFailedException { IsRefusal: true } ? Directive.Resume : Directive.Stop);

    /// <remarks>Reads the topic's limit, too: the batches of a feed that starts after it are kept below.</remarks>
    public async Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken)
    {
        var id = (await topics.DescribeAsync(topic, fresh: true, cancellationToken)).Id;
        await limits.ReadAsync(topic, cancellationToken);
        return id;
    }

    public Flow<FeedLine, FeedLine, NotUsed> To(string topic) => Flow.Create<FeedLine>()
        .Select(l => Message(topic, l))
        .Via(KafkaProducer.FlexiFlow<FeedLine>(settings with { BatchBytes = limits.BatchBytes }).WithAttributes(s_refusalsGoOn))
        .Select(r => r.Error is { } error ? r.PassThrough with { Problem = $"{error.Reason} ({error.Code})" } : r.PassThrough);

    private static ProducerEnvelope<FeedLine> Message(string topic, FeedLine line) =>
        line.Event is null ? ProducerMessage.PassThrough(line)
        : RecordEncoder.TryEncodeBinary(line.Event, out var record, out var reason) ? ProducerMessage.Single(new ProducerRecord(topic, record), line)
        : ProducerMessage.PassThrough(line with { Problem = reason });
}
