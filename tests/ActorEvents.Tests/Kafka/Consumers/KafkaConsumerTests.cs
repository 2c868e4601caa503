using System.Collections.Concurrent;
using System.Text;
using ActorEvents.Kafka.Consumers;
using Akka.Streams.Dsl;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Consumers;

public sealed class KafkaConsumerTests(MockKafkaFixture kafka) : ConsumerTestBase(kafka)
{
    [Fact]
    public async Task All_records_of_all_partitions_arrive_once_and_in_order_of_their_partition()
    {
        var topic = Kafka.CreateTopic(4);
        await ProduceAsync(topic, 0, 10_000, 4);
        var (control, numbers, done) = Collect(Plain(Settings(), topic));
        await Poll.UntilAsync(() => numbers.Count >= 10_000, "10,000 records");
        await control.ShutdownAsync();
        await done;
        Assert.Equal(Enumerable.Range(0, 10_000), numbers.Order());
        foreach (var partition in numbers.GroupBy(n => n % 4))
        {
            Assert.Equal(partition.Order(), partition);
        }
    }

    [Fact]
    public async Task Key_value_timestamp_and_headers_come_as_they_were_sent_nulls_included()
    {
        var topic = Kafka.CreateTopic(1);
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(Kafka.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        var big = new byte[300_000];
        Random.Shared.NextBytes(big);
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?>
        {
            Key = [1, 2],
            Value = big,
            Timestamp = new Timestamp(1234567, TimestampType.CreateTime),
            Headers = [new Header("a", [7]), new Header("ü", null), new Header("a", [])],
        });
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = null, Value = null });
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = [], Value = [] });
        var records = new ConcurrentQueue<Copied>();
        var (control, done) = Plain(Settings(), topic)
            .ToMaterialized(Sink.ForEach<KafkaPartitionBatch>(b => Enumerable.Range(0, b.Records.Count).ToList().ForEach(i => records.Enqueue(Copied.Of(b.Records[i])))), Keep.Both).Run(Materializer);
        await Poll.UntilAsync(() => records.Count == 3, "3 records");
        await control.ShutdownAsync();
        await done;
        var all = records.ToArray();
        Assert.Equal((byte[])[1, 2], all[0].Key!);
        Assert.Equal(big, all[0].Value!);
        Assert.Equal(1234567, all[0].Timestamp);
        var headers = all[0].Headers;
        Assert.Equal(["a", "ü", "a"], headers.Select(h => h.Name));
        Assert.Equal([7], headers[0].Value!);
        Assert.Null(headers[1].Value);
        Assert.Empty(headers[2].Value!);
        Assert.Equal(2 + big.Length + 1 + 1 + 2 + 1, all[0].Size);
        Assert.Null(all[1].Key);
        Assert.Null(all[1].Value);
        Assert.Empty(all[1].Headers);
        Assert.Empty(all[2].Key!);
        Assert.Empty(all[2].Value!);
        Assert.Equal([0, 1, 2], all.Select(r => (int)r.Offset));
    }

    [Fact]
    public async Task A_stalled_partition_is_held_back_while_the_others_flow_and_goes_on_without_a_gap()
    {
        var topic = Kafka.CreateTopic(3);
        await ProduceAsync(topic, 0, 90_000, 3);
        var stalled = new TaskCompletionSource();
        var numbers = new ConcurrentQueue<int>();
        var settings = Settings(null, ("queued.min.messages", "1000")) with { MaxBufferedRecords = 500 };
        var control = Partitioned(settings, topic, new ConsumerCallbacks { GetOffsetsOnAssign = From([]) })
            .ToMaterialized(
                Sink.ForEach<PartitionStream>(s => s.Records
                    .SelectAsync(1, async b =>
                    {
                        if (s.Partition.Partition == 0)
                        {
                            await stalled.Task;
                        }

                        return b;
                    })
                    .RunForeach(b => Add(b, numbers), Materializer)),
                Keep.Left)
            .Run(Materializer);
        await Poll.UntilAsync(() => numbers.Count(n => n % 3 != 0) == 60_000, "all records of the partitions that flow");
        Assert.DoesNotContain(numbers, n => n % 3 == 0);
        stalled.SetResult();
        await Poll.UntilAsync(() => numbers.Count >= 90_000, "the records of the stalled partition");
        Assert.Equal(Enumerable.Range(0, 90_000), numbers.Order());
        var first = numbers.Where(n => n % 3 == 0).ToArray();
        Assert.Equal(first.Order(), first);
        await control.ShutdownAsync(drain: false);
    }

    [Fact]
    public async Task A_partition_that_was_held_back_flows_again_when_it_is_assigned_again()
    {
        var topic = Kafka.CreateTopic(1);
        var group = $"held-{topic}";
        await ProduceAsync(topic, 0, 20_000, 1);
        var settings = Settings(group, ("queued.min.messages", "500")) with { MaxBufferedRecords = 100 };
        var stalled = new TaskCompletionSource();
        var positions = new ConcurrentDictionary<TopicPartition, long>();
        var streams = new ConcurrentQueue<PartitionStream>();
        var numbers = new ConcurrentQueue<int>();
        var control = Partitioned(settings, topic, new ConsumerCallbacks { GetOffsetsOnAssign = From(positions) })
            .ToMaterialized(
                Sink.ForEach<PartitionStream>(s =>
                {
                    streams.Enqueue(s);
                    var number = streams.Count;
                    s.Records.SelectAsync(1, async b =>
                    {
                        if (number == 1)
                        {
                            await stalled.Task;
                        }

                        return b;
                    }).RunForeach(b => Add(b, number == 1 ? [] : numbers), Materializer);
                }),
                Keep.Left)
            .Run(Materializer);
        await Poll.UntilAsync(() => streams.Count == 1, "the first assignment");

        // The member is thrown out of its group; it loses the partition and gets it again.
        Kafka.Cluster.PushErrors(ActorEvents.Kafka.Native.MockCluster.ConsumerGroupHeartbeat, ErrorCode.UnknownMemberId);
        await Poll.UntilAsync(() => streams.Count == 2, "the second assignment");
        await Poll.UntilAsync(() => numbers.Count >= 20_000, "all records in the second assignment");
        Assert.Equal(Enumerable.Range(0, 20_000), numbers);
        stalled.SetResult();
        await control.ShutdownAsync(drain: false);
    }

    [Fact]
    public async Task Start_offsets_that_fail_at_first_are_asked_for_again_and_never_replaced_by_the_groups()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 100, 1);
        var asked = 0;
        var numbers = new ConcurrentQueue<int>();
        var control = Partitioned(Settings(), topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = (partitions, _) => ++asked < 3
                ? throw new InvalidOperationException("the database is away")
                : Task.FromResult<IReadOnlyList<TopicPartitionOffset>>([.. partitions.Select(p => new TopicPartitionOffset(p, 60))]),
        }).ToMaterialized(Sink.ForEach<PartitionStream>(s => s.Records.RunForeach(b => Add(b, numbers), Materializer)), Keep.Left).Run(Materializer);
        await Poll.UntilAsync(() => numbers.Count >= 40, "40 records");
        Assert.Equal(Enumerable.Range(60, 40), numbers);
        Assert.Equal(3, asked);
        await control.ShutdownAsync();
    }

    [Fact]
    public async Task Start_offsets_that_never_come_fail_the_stream_with_the_reason()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 10, 1);
        var (control, done) = Partitioned(Settings() with { AssignTimeout = TimeSpan.FromSeconds(1) }, topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = (_, _) => throw new InvalidOperationException("the database is away"),
        }).ToMaterialized(Sink.ForEach<PartitionStream>(_ => Assert.Fail("No stream may start.")), Keep.Both).Run(Materializer);
        var failure = await Assert.ThrowsAsync<KafkaConsumerException>(() => done.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        Assert.Equal(ConsumerFailure.StartOffsets, failure.Failure);
        Assert.Contains("the database is away", failure.Message, StringComparison.Ordinal);
        Assert.Contains(topic, failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KafkaConsumerException>(() => control.Completion);
    }

    [Theory]
    [InlineData("consumer")]
    [InlineData("classic")]
    [InlineData("range")]
    public async Task Records_that_were_deleted_before_they_were_read_are_reported_and_reading_goes_on_at_the_first_there(string protocol)
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 100, 1);
        Kafka.Cluster.DeleteRecords(topic, 0, 70);
        var gone = new ConcurrentQueue<RecordsGone>();
        var numbers = new ConcurrentQueue<int>();
        var control = Partitioned(Settings(null, Protocol(protocol)), topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From(new([new(new TopicPartition(topic, 0), 20L)])),
            OnRecordsGone = gone.Enqueue,
        }).ToMaterialized(Sink.ForEach<PartitionStream>(s => s.Records.RunForeach(b => Add(b, numbers), Materializer)), Keep.Left).Run(Materializer);
        await Poll.UntilAsync(() => numbers.Count >= 30, "the records that are left");
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(99, numbers.Last());
        var report = Assert.Single(gone);
        Assert.Equal((20L, (long)numbers.First()), (report.Wanted, report.First));
        Assert.Equal(report.First - 20, report.Lost);
        await control.ShutdownAsync();
    }

    [Fact]
    public async Task A_position_beyond_the_end_of_the_log_fails_the_stream_and_names_both()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 10, 1);
        var numbers = new ConcurrentQueue<int>();
        var (_, done) = Partitioned(Settings(), topic, new ConsumerCallbacks { GetOffsetsOnAssign = From(new([new(new TopicPartition(topic, 0), 500L)])) })
            .ToMaterialized(Sink.ForEach<PartitionStream>(s => s.Records.RunForeach(b => Add(b, numbers), Materializer)), Keep.Both).Run(Materializer);
        var failure = await Assert.ThrowsAsync<KafkaConsumerException>(() => done.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        Assert.Equal(ConsumerFailure.LogTruncated, failure.Failure);
        Assert.Contains("500", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ends at 10", failure.Message, StringComparison.Ordinal);
        Assert.Empty(numbers);
    }

    [Fact]
    public async Task A_cancelled_partition_stream_is_offered_again_from_where_it_was_left()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 5_000, 1);
        var numbers = new ConcurrentQueue<int>();
        var streams = 0;
        var control = Partitioned(Settings(), topic, new ConsumerCallbacks { GetOffsetsOnAssign = From([]) })
            .ToMaterialized(
                Sink.ForEach<PartitionStream>(s => (Interlocked.Increment(ref streams) == 1 ? s.Records.Take(2) : s.Records).RunForeach(b => Add(b, numbers), Materializer)),
                Keep.Left)
            .Run(Materializer);
        await Poll.UntilAsync(() => numbers.Count >= 5_000, "5,000 records over two streams");
        Assert.Equal(Enumerable.Range(0, 5_000), numbers);
        Assert.Equal(2, Volatile.Read(ref streams));
        await control.ShutdownAsync();
    }

    [Fact]
    public async Task Reading_goes_on_after_all_brokers_were_away()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        var settings = Settings() with { BootstrapServers = own.Bootstrap };
        var (control, numbers, done) = Collect(Plain(settings, topic));
        using var producer = new ProducerBuilder<Null, byte[]>(own.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = "0"u8.ToArray() });
        await Poll.UntilAsync(() => numbers.Count == 1, "the first record");
        own.Cluster.BrokerDown();
        var sent = producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = "1"u8.ToArray() });
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        Assert.False(done.IsCompleted);
        own.Cluster.BrokerUp();
        await sent;
        await Poll.UntilAsync(() => numbers.Count == 2, "the record after the outage");
        await control.ShutdownAsync();
        await done;
    }

    [Fact]
    public async Task Closing_in_mid_stream_ends_all_streams_and_never_hangs()
    {
        var topic = Kafka.CreateTopic(2);
        await ProduceAsync(topic, 0, 20_000, 2);
        for (var round = 0; round < 20; round++)
        {
            var (control, numbers, done) = Collect(Plain(Settings(), topic));
            if (round % 4 != 0)
            {
                await Poll.UntilAsync(() => !numbers.IsEmpty, "the first record");
            }

            await control.ShutdownAsync(drain: round % 2 == 0).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
            await done.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        }
    }

    [Fact]
    public async Task Cancelling_the_whole_stream_closes_the_consumer()
    {
        var topic = Kafka.CreateTopic(2);
        await ProduceAsync(topic, 0, 5_000, 2);
        var control = Plain(Settings(), topic).Take(1).To(Sink.Ignore<KafkaPartitionBatch>().MapMaterializedValue(_ => Akka.NotUsed.Instance)).Run(Materializer);
        await control.Completion.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    [Fact]
    public void Settings_that_are_not_free_to_choose_are_refused_by_name()
    {
        var settings = Settings(null, ("enable.auto.commit", "true"));
        var failure = Assert.Throws<ArgumentException>(() => KafkaConsumer.PlainSource(settings, ["t"], NullLogger.Instance));
        Assert.Contains("'enable.auto.commit' = 'true'", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => KafkaConsumer.PlainSource(Settings() with { MaxBufferedRecords = 0 }, ["t"], NullLogger.Instance));
        Assert.Throws<ArgumentException>(() => KafkaConsumer.PlainSource(Settings(), [], NullLogger.Instance));
        Assert.Throws<ArgumentException>(() => KafkaConsumer.PlainSource(Settings() with { RevokeTimeout = TimeSpan.FromMinutes(5) }, ["t"], NullLogger.Instance));
    }

    private sealed record Copied(long Offset, long Timestamp, byte[]? Key, byte[]? Value, List<(string Name, byte[]? Value)> Headers, int Size)
    {
        public static Copied Of(KafkaRecord record)
        {
            var headers = new List<(string, byte[]?)>();
            foreach (var header in record.Headers)
            {
                headers.Add((Encoding.UTF8.GetString(header.Name), header.HasValue ? header.Value.ToArray() : null));
            }

            return new Copied(
                record.Offset, record.Timestamp, record.HasKey ? record.Key.ToArray() : null, record.HasValue ? record.Value.ToArray() : null, headers, record.Size);
        }
    }
}
