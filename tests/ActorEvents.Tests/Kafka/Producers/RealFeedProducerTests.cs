using ActorEvents.Kafka.Producers;
using ActorEvents.Node;
using ActorEvents.Shop.Feed;
using ActorEvents.Tests.Kafka.Destinations;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Producers;

[Collection(RealKafkaCollection.Name)]
public sealed class RealFeedProducerTests(RealKafkaFixture kafka) : TestKit("akka.loglevel = WARNING")
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task A_feed_into_a_topic_that_takes_less_than_the_client_loses_only_the_lines_that_are_too_large()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(1);
        await kafka.LimitAsync(topic, 20_000);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        var settings = new KafkaProducerSettings { BootstrapServers = kafka.Bootstrap, WaitForLostBrokers = false };
        var feed = new FeedProducer(settings, kit.Topics, new TopicLimits(kit.Topics, DestinationKit.MaxEventBytes, kit.Log));
        await feed.TopicIdAsync(topic, CancellationToken.None);

        var lines = await Source.From(Enumerable.Range(0, 2_000))
            .Select(i => new FeedLine(default, DestinationKit.Record(topic, i, i == 1_000 ? 30_000 : 300).Event, null))
            .Via(feed.To(topic))
            .RunWith(Sink.Seq<FeedLine>(), Sys.Materializer()).WaitAsync(s_deadline);

        var refused = Assert.Single(lines, l => l.Problem is not null);
        Assert.Contains(nameof(ErrorCode.MsgSizeTooLarge), refused.Problem, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 2_000).Where(i => i != 1_000), kit.Read(topic));
    }
}
