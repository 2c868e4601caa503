using ActorEvents.Kafka.Native;
using Confluent.Kafka;
using static ActorEvents.Tests.Kafka.Destinations.DestinationKit;

namespace ActorEvents.Tests.Kafka.Destinations;

public sealed class KafkaDestinationTests
{
    /// <summary>The mock does not check the order of a producer's batches as a broker does: one request at a time.</summary>
    private static readonly (string Name, string Value) s_oneAtATime = ("max.in.flight", "1");

    [Fact]
    public async Task A_list_that_does_not_fit_into_the_clients_queue_ends_with_the_loss_of_the_brokers_and_nothing_more_of_it_is_sent()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, ("queue.buffering.max.messages", "10"));
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 30)));
        Assert.Equal(Enumerable.Range(0, 30), kit.Read(topic));

        await LoseBrokersAsync(kafka, () => kit.PublishAsync(Records(topic, 30, 100)));

        kafka.Cluster.DeleteTopic(topic);
        kafka.Cluster.CreateTopic(topic, 1);
        kafka.Cluster.BrokerUp();
        await Poll.UntilAsync(() => kit.Topics.Problem is null, "that the broker is reached again");
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 130)));
        Assert.Equal(Enumerable.Range(0, 130), kit.Read(topic));
    }

    [Fact]
    public async Task A_topic_that_was_recreated_while_another_ones_list_failed_is_not_fed_before_its_id_is_asked()
    {
        using var kafka = new MockKafkaFixture();
        var (other, topic) = (kafka.CreateTopic(1), kafka.CreateTopic(1));
        await using var kit = new DestinationKit(kafka.Bootstrap);
        await kit.IdAsync(other);
        var before = await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Record(other, 0)));
        Assert.Empty(await kit.PublishAsync(Record(topic, 0)));

        await LoseBrokersAsync(kafka, () => kit.PublishAsync(Record(other, 1)));
        kafka.Cluster.DeleteTopic(topic);
        kafka.Cluster.CreateTopic(topic, 1);
        kafka.Cluster.BrokerUp();
        await kit.IdAsync(other);

        await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Record(topic, 1)));
        Assert.Empty(kit.Read(topic));
        Assert.NotEqual(before, await kit.IdAsync(topic));
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 2)));
        Assert.Equal([0, 1], kit.Read(topic));
    }

    /// <summary>No connection ends, and the client goes on in the new topic, behind nothing: it would be fed from the middle.</summary>
    [Fact]
    public async Task A_topic_that_is_recreated_while_the_connections_stand_takes_one_list_at_most()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        var before = await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 5)));
        kafka.Cluster.DeleteTopic(topic);
        kafka.Cluster.CreateTopic(topic, 1);

        var failed = await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Record(topic, 5)));
        Assert.Contains("re-created", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Record(topic, 6)));
        Assert.NotEqual(before, await kit.IdAsync(topic));
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 7)));
    }

    [Fact]
    public async Task What_is_refused_with_its_batch_is_sent_once_more_alone_and_in_order()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(topic);
        kafka.Cluster.PushErrors(MockCluster.Produce, ErrorCode.MsgSizeTooLarge);

        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 50)));
        Assert.Equal(Enumerable.Range(0, 50), kit.Read(topic));

        Assert.Empty(await kit.PublishAsync(Records(topic, 50, 50)));
        Assert.Equal(Enumerable.Range(0, 100), kit.Read(topic));
    }

    [Theory]
    [InlineData(ErrorCode.MsgSizeTooLarge)]
    [InlineData(ErrorCode.InvalidRecord)]
    [InlineData(ErrorCode.InvalidTimestamp)]
    public async Task Only_what_is_refused_alone_is_set_aside(ErrorCode code)
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(topic);
        kafka.Cluster.PushErrors(MockCluster.Produce, code, code);

        var refusal = Assert.Single(await kit.PublishAsync(Records(topic, 0, 50)));
        Assert.Equal(0, refusal.Index);
        Assert.Contains(code.ToString(), refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 49), kit.Read(topic));
    }

    [Fact]
    public async Task What_is_no_refusal_of_records_fails_the_list_and_the_next_try_sends_all_of_it()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(topic);
        kafka.Cluster.PushErrors(MockCluster.Produce, ErrorCode.TopicAuthorizationFailed);

        var refused = await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Records(topic, 0, 50)));
        Assert.Contains($"no right to WRITE topic {topic}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(kit.Read(topic));
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 50)));
        Assert.Equal(Enumerable.Range(0, 50), kit.Read(topic));
    }

    /// <summary>They share a batch, so the second was there before the first was sent.</summary>
    [Fact]
    public async Task A_list_is_handed_over_while_another_is_under_way()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, ("linger.ms", "2000"));
        await kit.IdAsync(topic);
        kafka.Cluster.TrackRequests();
        var first = kit.PublishAsync(Records(topic, 0, 10));
        Assert.Empty(await kit.PublishAsync(Records(topic, 10, 10)));
        Assert.Empty(await first);
        Assert.Equal(1, kafka.Cluster.CountRequests(MockCluster.Produce));
        Assert.Equal(Enumerable.Range(0, 20), kit.Read(topic));
    }

    [Fact]
    public async Task Disposing_fails_what_is_under_way()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        await kit.IdAsync(topic);
        kafka.Cluster.SetRtt(-1, TimeSpan.FromMinutes(1));
        var first = kit.PublishAsync(Records(topic, 0, 10));
        var second = kit.PublishAsync(Records(topic, 10, 10));
        await kit.Destination.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
    }

    [Fact]
    public async Task A_refusal_in_the_first_of_many_lists_keeps_the_order_of_all()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(topic);
        kafka.Cluster.PushErrors(MockCluster.Produce, ErrorCode.MsgSizeTooLarge);

        List<int> completed = [];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            Assert.Empty(await kit.PublishAsync(Records(topic, i * 10, 10)));
            lock (completed)
            {
                completed.Add(i);
            }
        }));
        Assert.Equal(Enumerable.Range(0, 200), kit.Read(topic));
        Assert.Equal(20, completed.Count);
    }

    [Fact]
    public async Task What_fails_a_list_fails_all_behind_it_and_what_comes_later_until_the_id_is_asked()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(topic);
        kafka.Cluster.PushErrors(MockCluster.Produce, ErrorCode.TopicAuthorizationFailed);

        foreach (var list in Enumerable.Range(0, 5).Select(i => kit.PublishAsync(Records(topic, i * 10, 10))).ToArray())
        {
            await Assert.ThrowsAsync<KafkaException>(() => list);
        }

        await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Records(topic, 50, 10)));
        Assert.Empty(kit.Read(topic));
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 60)));
        Assert.Equal(Enumerable.Range(0, 60), kit.Read(topic));
    }

    /// <summary>As a broker does that waits for replicas which are gone: it answers nothing else on that connection.</summary>
    [Fact]
    public async Task A_topic_whose_records_are_not_acknowledged_holds_no_other()
    {
        using var kafka = new MockKafkaFixture();
        var (held, good) = (kafka.CreateTopic(1), kafka.CreateTopic(1));
        await using var kit = new DestinationKit(kafka.Bootstrap, ("socket.timeout.ms", "300000"));
        foreach (var topic in (string[])[held, good])
        {
            await kit.IdAsync(topic);
            Assert.Empty(await kit.PublishAsync(Records(topic, 0, 10)));
        }

        kafka.Cluster.TrackRequests();
        kafka.Cluster.HoldAnswer(1, MockCluster.Produce, TimeSpan.FromMinutes(5));
        var waiting = kit.PublishAsync(Records(held, 10, 10));
        await Poll.UntilAsync(() => kafka.Cluster.CountRequests(MockCluster.Produce) > 0, "that the broker has got what it does not acknowledge");

        Assert.Empty(await kit.PublishAsync(Records(good, 10, 10)));
        Assert.False(waiting.IsCompleted);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.MsgSizeTooLarge)]
    public async Task What_ends_the_client_of_one_topic_fails_no_list_of_another(ErrorCode code)
    {
        using var kafka = new MockKafkaFixture();
        var (bad, good) = (kafka.CreateTopic(1), kafka.CreateTopic(1));
        await using var kit = new DestinationKit(kafka.Bootstrap, s_oneAtATime);
        await kit.IdAsync(bad);
        await kit.IdAsync(good);
        kafka.Cluster.TrackRequests();
        kafka.Cluster.PushErrors(MockCluster.Produce, code);
        var failing = kit.PublishAsync(Records(bad, 0, 10));
        await Poll.UntilAsync(() => kafka.Cluster.CountRequests(MockCluster.Produce) > 0, "that the broker has got the batch that it refuses");
        for (var i = 0; i < 20; i++)
        {
            Assert.Empty(await kit.PublishAsync(Records(good, i * 10, 10)));
        }

        Assert.Equal(Enumerable.Range(0, 200), kit.Read(good));
        if (code == ErrorCode.MsgSizeTooLarge)
        {
            Assert.Empty(await failing);
            return;
        }

        await Assert.ThrowsAsync<KafkaException>(() => failing);

        // Again, while it is known.
        kafka.Cluster.PushErrors(MockCluster.Produce, code);
        await kit.IdAsync(bad);
        await Assert.ThrowsAsync<KafkaException>(() => kit.PublishAsync(Records(bad, 0, 10)));
        Assert.Empty(await kit.PublishAsync(Records(good, 200, 10)));
        await kit.IdAsync(bad);
        Assert.Empty(await kit.PublishAsync(Records(bad, 0, 10)));
        Assert.Empty(await kit.PublishAsync(Records(bad, 10, 10)));
        Assert.Equal(Enumerable.Range(0, 20), kit.Read(bad));
    }

    /// <summary>While a list is under way, unanswered: what is published behind the loss would wait until a broker answers.</summary>
    private static async Task LoseBrokersAsync(MockKafkaFixture kafka, Func<Task> publish)
    {
        kafka.Cluster.TrackRequests();
        kafka.Cluster.SetRtt(-1, TimeSpan.FromMinutes(1));
        var publishing = publish();
        await Poll.UntilAsync(() => kafka.Cluster.CountRequests(MockCluster.Produce) > 0, "that the broker has got a batch");
        kafka.Cluster.BrokerDown();
        kafka.Cluster.SetRtt(-1, TimeSpan.Zero);
        await Assert.ThrowsAsync<KafkaException>(() => publishing);
    }
}
