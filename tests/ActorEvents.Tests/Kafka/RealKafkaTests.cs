using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Tests.Kafka;

/// <summary>What the fixture promises, and where a real broker differs from the embedded one.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class RealKafkaTests(RealKafkaFixture kafka)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task Records_and_topic_ids_outlive_a_killed_broker()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(partitions: 3);
        var before = await TopicIdAsync(topic);
        TopicPartitionOffset sent;
        using (var producer = new ProducerBuilder<Null, string>(kafka.ProducerConfig()).Build())
        {
            sent = (await producer.ProduceAsync(topic, new Message<Null, string> { Value = "kept" })).TopicPartitionOffset;
        }

        await kafka.KillAsync();
        await kafka.ResumeAsync();

        using var consumer = new ConsumerBuilder<Ignore, string>(kafka.ConsumerConfig("survivor")).Build();
        consumer.Assign(sent);
        Assert.Equal("kept", consumer.Consume(s_deadline).Message.Value);
        Assert.Equal(before, await TopicIdAsync(topic));
    }

    [SkippableFact]
    public async Task A_paused_broker_answers_when_it_goes_on()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync();
        using var producer = new ProducerBuilder<Null, string>(kafka.ProducerConfig()).Build();
        await producer.ProduceAsync(topic, new Message<Null, string> { Value = "first" });

        await kafka.PauseAsync();
        var waiting = producer.ProduceAsync(topic, new Message<Null, string> { Value = "second" });
        Assert.False(waiting.IsCompleted);
        await kafka.ContinueAsync();

        Assert.Equal(PersistenceStatus.Persisted, (await waiting.WaitAsync(s_deadline, TimeProvider.System)).Status);
    }

    private async Task<string> TopicIdAsync(string topic)
    {
        using var admin = kafka.Admin();
        var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = s_deadline });
        return Assert.Single(described.TopicDescriptions).TopicId.ToString();
    }
}
