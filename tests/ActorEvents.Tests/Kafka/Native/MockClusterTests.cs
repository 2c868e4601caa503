using System.Text;
using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Native;

public sealed class MockClusterTests(MockKafkaFixture kafka) : IClassFixture<MockKafkaFixture>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_is_produced_is_consumed_with_key_headers_and_partition()
    {
        var topic = kafka.CreateTopic(partitions: 7);
        using var producer = new ProducerBuilder<string, string>(kafka.ProducerConfig()).Build();
        var sent = await producer.ProduceAsync(
            new TopicPartition(topic, 6), new Message<string, string> { Key = "k", Value = "v", Headers = new Headers { { "h", [1, 2] } } });

        using var consumer = new ConsumerBuilder<string, string>(kafka.ConsumerConfig("round-trip")).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 6, 0));
        var received = consumer.Consume(s_deadline);

        Assert.NotNull(received);
        Assert.Equal(sent.TopicPartitionOffset, received.TopicPartitionOffset);
        Assert.Equal("k", received.Message.Key);
        Assert.Equal("v", received.Message.Value);
        Assert.Equal([1, 2], received.Message.Headers.GetLastBytes("h"));
    }

    [Fact]
    public async Task An_injected_error_is_seen_by_the_producer()
    {
        // On a cluster of its own: the next produce request of anyone gets the error.
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic();
        using var producer = new ProducerBuilder<Null, string>(own.ProducerConfig()).Build();
        await producer.ProduceAsync(topic, new Message<Null, string> { Value = "first" });
        own.Cluster.PushErrors(MockCluster.Produce, ErrorCode.MsgSizeTooLarge);

        var failed = await Assert.ThrowsAsync<ProduceException<Null, string>>(() => producer.ProduceAsync(topic, new Message<Null, string> { Value = "second" }));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, failed.Error.Code);
    }

    [Fact]
    public async Task A_broker_that_was_down_serves_again()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic();
        using var producer = new ProducerBuilder<Null, string>(own.ProducerConfig()).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(topic, new Message<Null, string> { Value = "before" });
        own.Cluster.BrokerDown();
        var waiting = producer.ProduceAsync(topic, new Message<Null, string> { Value = "after" });
        Assert.False(waiting.IsCompleted);
        own.Cluster.BrokerUp();

        var result = await waiting.WaitAsync(s_deadline, TimeProvider.System);

        Assert.Equal(PersistenceStatus.Persisted, result.Status);
    }

    [Fact]
    public void A_topic_that_exists_or_has_no_partitions_is_refused_by_name()
    {
        var topic = kafka.CreateTopic(partitions: 2);

        var exists = Assert.Throws<KafkaException>(() => kafka.CreateTopic(topic, 2));
        Assert.Throws<ArgumentOutOfRangeException>("partitions", () => kafka.CreateTopic("none", 0));

        Assert.Equal(ErrorCode.TopicAlreadyExists, exists.Error.Code);
        Assert.Contains($"'{topic}'", exists.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_cluster_refuses_calls_instead_of_ending_the_process()
    {
        var own = new MockCluster();
        own.Dispose();
        own.Dispose();

        Assert.Throws<ObjectDisposedException>(() => own.CreateTopic("late", 1));
    }

    [Fact]
    public void The_controller_is_a_broker_of_the_cluster()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Bootstrap }).Build();

        var metadata = admin.GetMetadata(s_deadline);

        Assert.Equal(1, Assert.Single(metadata.Brokers).BrokerId);
        Assert.Equal(kafka.Bootstrap, $"{metadata.Brokers[0].Host}:{metadata.Brokers[0].Port}");
    }

    [Fact]
    public unsafe void The_queue_of_a_consumer_is_read_natively_with_payload_key_and_headers()
    {
        var topic = kafka.CreateTopic(partitions: 1);
        const int count = 500;
        using (var producer = new ProducerBuilder<string, string>(kafka.ProducerConfig()).Build())
        {
            for (var i = 0; i < count; i++)
            {
                producer.Produce(topic, new Message<string, string> { Key = "k" + i, Value = "v" + i, Headers = new Headers { { "h", Encoding.UTF8.GetBytes("x" + i) } } });
            }

            producer.Flush(s_deadline);
        }

        using var consumer = new ConsumerBuilder<Ignore, Ignore>(kafka.ConsumerConfig("native")).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var handle = Librdkafka.HandleOf(consumer);
        var queue = Librdkafka.QueueGetConsumer(handle.DangerousGetHandle());
        var seen = 0;
        try
        {
            using var deadline = new CancellationTokenSource(s_deadline);
            var batch = stackalloc NativeMessage*[100];
            while (seen < count)
            {
                deadline.Token.ThrowIfCancellationRequested();
                var read = Librdkafka.ConsumeBatch(queue, 100, batch, 100);
                for (var i = 0; i < read; i++, seen++)
                {
                    AssertMessage(batch[i], topic, seen);
                    Librdkafka.MessageDestroy(batch[i]);
                }
            }
        }
        finally
        {
            Librdkafka.QueueDestroy(queue);
        }

        Assert.Equal(count, seen);
    }

    private static unsafe void AssertMessage(NativeMessage* message, string topic, int index)
    {
        Assert.Equal(ErrorCode.NoError, message->Error);
        Assert.Equal(index, message->Offset);
        Assert.Equal("k" + index, Encoding.UTF8.GetString(message->KeySpan));
        Assert.Equal("v" + index, Encoding.UTF8.GetString(message->PayloadSpan));
        Assert.Equal(topic, System.Runtime.InteropServices.Marshal.PtrToStringUTF8(Librdkafka.TopicName(message->Topic)));
        int type;
        Assert.InRange(Librdkafka.MessageTimestamp(message, &type), 1_600_000_000_000, long.MaxValue);
        Assert.Equal(1, type);
        Assert.Equal(ErrorCode.NoError, Librdkafka.MessageHeaders(message, out var headers));
        byte* name;
        byte* value;
        nuint length;
        Assert.Equal(ErrorCode.NoError, Librdkafka.HeaderGetAll(headers, 0, &name, &value, &length));
        Assert.Equal("h", System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name));
        Assert.Equal("x" + index, Encoding.UTF8.GetString(value, (int)length));
        Assert.Equal(ErrorCode.Local_NoEnt, Librdkafka.HeaderGetAll(headers, 1, &name, &value, &length));
    }
}
