using ActorEvents.Kafka.Clients;
using ActorEvents.Tests.Sources;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Clients;

public sealed class KafkaTopicsTests
{
    private readonly SourceKit.RecordedLog _log = new();

    [Fact]
    public async Task A_question_waits_for_a_broker_that_is_away_and_is_answered_when_it_comes()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(3);
        kafka.Cluster.BrokerDown();
        using var topics = new KafkaTopics(new KafkaClientOptions { BootstrapServers = kafka.Bootstrap }, TimeProvider.System, _log);
        var asked = topics.DescribeAsync(topic, fresh: true, CancellationToken.None);
        await Poll.UntilAsync(() => topics.IsUnreachable, "that the broker is away");
        Assert.False(asked.IsCompleted);
        Assert.Contains(kafka.Bootstrap, topics.Problem!, StringComparison.Ordinal);
        Assert.Contains("kafka.bootstrap-servers", _log.Lines.First(), StringComparison.Ordinal);

        kafka.Cluster.BrokerUp();

        Assert.Equal([0, 1, 2], (await asked).Partitions);
        await Poll.UntilAsync(() => topics.Problem is null, "that the problem is gone");
    }

    [Fact]
    public async Task A_broker_that_goes_away_later_is_noticed_and_its_return_too()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        using var topics = new KafkaTopics(new KafkaClientOptions { BootstrapServers = kafka.Bootstrap }, TimeProvider.System, _log);
        var before = await topics.DescribeAsync(topic, fresh: true, CancellationToken.None);
        Assert.Null(topics.Problem);

        kafka.Cluster.BrokerDown();
        await Poll.UntilAsync(() => topics.IsUnreachable, "that the broker is away");
        kafka.Cluster.BrokerUp();

        Assert.Equal(before.Id, (await topics.DescribeAsync(topic, fresh: true, CancellationToken.None)).Id);
    }

    /// <summary>The broker itself says "Topic authorization failed": neither of which topic nor what was asked.</summary>
    [Fact]
    public async Task A_right_that_is_missing_is_named_with_its_topic()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        kafka.Cluster.SetTopicError(topic, ErrorCode.TopicAuthorizationFailed);
        using var topics = new KafkaTopics(new KafkaClientOptions { BootstrapServers = kafka.Bootstrap }, TimeProvider.System, _log);
        var refused = await Assert.ThrowsAsync<KafkaException>(() => topics.DescribeAsync(topic, fresh: true, CancellationToken.None));
        Assert.Contains($"no right to DESCRIBE topic {topic}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_made_and_both_its_ends_are_told()
    {
        using var kafka = new MockKafkaFixture();
        using var topics = new KafkaTopics(new KafkaClientOptions { BootstrapServers = kafka.Bootstrap }, TimeProvider.System, _log);
        var made = await topics.DescribeAsync("made", fresh: true, CancellationToken.None);
        Assert.Equal([0, 1, 2, 3], made.Partitions);
        using (var producer = new ProducerBuilder<Null, string>(kafka.ProducerConfig()).Build())
        {
            for (var i = 0; i < 5; i++)
            {
                await producer.ProduceAsync(new TopicPartition("made", 1), new Message<Null, string> { Value = "x" });
            }
        }

        kafka.Cluster.DeleteRecords("made", 1, 2);
        TopicPartition[] partitions = [new("made", 0), new("made", 1)];
        Assert.Equal([0L, 2L], (await topics.OffsetsAsync(partitions, KafkaStart.Earliest, CancellationToken.None)).OrderBy(o => o.Key.Partition.Value).Select(o => o.Value));
        Assert.Equal([0L, 5L], (await topics.OffsetsAsync(partitions, KafkaStart.Latest, CancellationToken.None)).OrderBy(o => o.Key.Partition.Value).Select(o => o.Value));
    }
}
