using Confluent.Kafka;
using static ActorEvents.Tests.Kafka.Destinations.DestinationKit;

namespace ActorEvents.Tests.Kafka.Destinations;

public sealed class KafkaDestinationTests
{
    [Fact]
    public async Task A_list_that_does_not_fit_into_the_clients_queue_ends_with_the_loss_of_the_brokers_and_nothing_more_of_it_is_sent()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, ("queue.buffering.max.messages", "10"));
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 30)));
        Assert.Equal(Enumerable.Range(0, 30), kit.Read(topic));

        kafka.Cluster.BrokerDown();
        var publishing = kit.PublishAsync(Records(topic, 30, 100));
        await Assert.ThrowsAsync<KafkaException>(() => publishing);

        kafka.Cluster.DeleteTopic(topic);
        kafka.Cluster.CreateTopic(topic, 1);
        kafka.Cluster.BrokerUp();
        await Poll.UntilAsync(() => kit.Topics.Problem is null, "that the broker is reached again");
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 130)));
        Assert.Equal(Enumerable.Range(0, 130), kit.Read(topic));
    }
}
