using System.Collections.Concurrent;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Kafka.Native;
using Akka.Streams.Dsl;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Consumers;

/// <summary>A partition is read again from a place on, while it stays assigned.</summary>
public sealed class RereadTests(MockKafkaFixture kafka) : ConsumerTestBase(kafka)
{
    private readonly ConcurrentQueue<Reading> _readings = [];
    private readonly ConcurrentQueue<string> _rebalances = [];
    private readonly TaskCompletionSource _stalled = new();

    /// <summary>One stream of one partition, and what came of it.</summary>
    private sealed record Reading(PartitionStream Stream, ConcurrentQueue<int> Numbers, Task Done);

    [Theory]
    [InlineData("consumer")]
    [InlineData("classic")]
    [InlineData("range")]
    public async Task Its_records_come_again_from_there_and_nothing_of_the_old_reading_nor_a_rebalance_comes_between(string protocol)
    {
        var topic = Kafka.CreateTopic(2);
        await ProduceAsync(topic, 0, 20_000, 2);
        var control = Run(topic, protocol, []);

        // The first stream takes one batch and stands still: the buffer behind it is full, and more waits in the client.
        await Poll.UntilAsync(() => Of(1).Sum(r => r.Numbers.Count) == 10_000 && Of(0).Any(r => !r.Numbers.IsEmpty), "one partition whole, the other one stalled");
        Kafka.Cluster.TrackRequests();
        var joins = Kafka.Cluster.CountRequests(MockCluster.JoinGroup);
        control.Reread(new TopicPartition(topic, 0), 100);
        await Poll.UntilAsync(() => Of(0).Skip(1).Sum(r => r.Numbers.Count) >= 9_900, "its records from the place on");
        _stalled.SetResult();

        var again = Of(0)[1];
        Assert.Equal(100, again.Stream.Start);
        Assert.Equal(Enumerable.Range(100, 9_900).Select(n => 2 * n), again.Numbers);
        await Of(0)[0].Done.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.InRange(Of(0)[0].Numbers.Count, 1, 512);
        Assert.Equal(10_000, Assert.Single(Of(1)).Numbers.Count);
        Assert.Equal(joins, Kafka.Cluster.CountRequests(MockCluster.JoinGroup));
        Assert.Equal(["assigned"], _rebalances);
        await control.ShutdownAsync(drain: false);
    }

    [Fact]
    public async Task What_concerns_an_earlier_assignment_or_another_members_partition_is_not_done()
    {
        var topic = Kafka.CreateTopic(2);
        await ProduceAsync(topic, 0, 200, 2);
        _stalled.SetResult();
        var control = Run(topic, "consumer", new([new(new TopicPartition(topic, 0), 50L)]));
        await Poll.UntilAsync(() => Of(0).Sum(r => r.Numbers.Count) == 50 && Of(1).Sum(r => r.Numbers.Count) == 100, "both partitions");

        control.Reread(new TopicPartition(topic, 0), 49);
        control.Reread(new TopicPartition(topic, 7), 0);

        // Served in the same round, or behind them.
        control.Reread(new TopicPartition(topic, 1), 90);
        await Poll.UntilAsync(() => Of(1).Count == 2 && Of(1)[1].Numbers.Count == 10, "the one that is done");
        Assert.Single(Of(0));
        Assert.Equal(2, Of(1).Count);
        await control.ShutdownAsync(drain: false);
    }

    private List<Reading> Of(int partition) => [.. _readings.Where(r => r.Stream.Partition.Partition.Value == partition)];

    private IConsumerControl Run(string topic, string protocol, ConcurrentDictionary<TopicPartition, long> starts)
    {
        var settings = Settings(null, [.. Protocol(protocol), ("queued.min.messages", "1000")]) with { MaxBufferedRecords = 500 };
        var callbacks = new ConsumerCallbacks
        {
            GetOffsetsOnAssign = (partitions, stop) =>
            {
                _rebalances.Enqueue("assigned");
                return From(starts)(partitions, stop);
            },
            OnLost = _ => _rebalances.Enqueue("lost"),
            OnRevoke = (_, _) =>
            {
                _rebalances.Enqueue("revoked");
                return Task.CompletedTask;
            },
        };
        return Partitioned(settings, topic, callbacks)
            .ToMaterialized(
                Sink.ForEach<PartitionStream>(s =>
                {
                    var numbers = new ConcurrentQueue<int>();
                    var stalls = s.Partition.Partition.Value == 0 && Of(0).Count == 0;
                    var done = s.Records.SelectAsync(1, async b =>
                    {
                        Add(b, numbers);
                        if (stalls)
                        {
                            await _stalled.Task;
                        }

                        return b;
                    }).RunWith(Sink.Ignore<KafkaRecordBatch>(), Materializer);
                    _readings.Enqueue(new Reading(s, numbers, done));
                }),
                Keep.Left)
            .Run(Materializer);
    }
}
