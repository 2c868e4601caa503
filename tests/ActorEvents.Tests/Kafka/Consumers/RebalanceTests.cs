using System.Collections.Concurrent;
using ActorEvents.Kafka.Consumers;
using Akka.Streams.Dsl;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Consumers;

public sealed class RebalanceTests(MockKafkaFixture kafka) : ConsumerTestBase(kafka)
{
    /// <summary>Members that keep positions in common, as nodes do in their database, and note every number they handled.</summary>
    private sealed class Member
    {
        public required IConsumerControl Control { get; init; }

        public required Task Done { get; init; }

        public ConcurrentDictionary<TopicPartition, Task> Streams { get; } = [];
    }

    private readonly ConcurrentDictionary<TopicPartition, long> _positions = [];
    private readonly ConcurrentQueue<int> _handled = [];

    [Theory]
    [InlineData("consumer")]
    [InlineData("classic")]
    [InlineData("range")]
    public async Task Members_that_join_and_leave_with_a_drain_lose_nothing_and_repeat_nothing(string protocol)
    {
        var topic = Kafka.CreateTopic(6);
        var group = $"drain-{topic}";
        using var stop = new CancellationTokenSource();
        var produced = 0;
        var producing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await ProduceAsync(topic, produced, 600, 6);
                produced += 600;
                await Poll.UntilAsync(() => _handled.Count > produced - 3_000, "the members keep up", 30);
            }
        });
        var first = Join(topic, group, protocol);
        await Poll.UntilAsync(() => _handled.Count > 1_000, "the first member reads");
        var second = Join(topic, group, protocol);
        await Poll.UntilAsync(() => second.Streams.Count >= 2 && _handled.Count > 3_000, "the second member has partitions");
        var third = Join(topic, group, protocol);
        await Poll.UntilAsync(() => !third.Streams.IsEmpty && _handled.Count > 5_000, "the third member has partitions");
        await first.Control.ShutdownAsync();
        await first.Done;
        await Poll.UntilAsync(() => second.Streams.Keys.Union(third.Streams.Keys).Count() == 6, "the partitions of the first have new owners", 30);
        await stop.CancelAsync();
        await producing;
        await Poll.UntilAsync(() => _handled.Distinct().Count() >= produced, $"all {produced} records", 30);
        await second.Control.ShutdownAsync();
        await third.Control.ShutdownAsync();
        Assert.Equal(Enumerable.Range(0, produced), _handled.Distinct().Order());

        // A classic group of the mock waits for its members for half a second only and then gives their partitions away: on a busy machine two have one.
        if (protocol == "consumer")
        {
            Assert.Equal(produced, _handled.Count);
        }
    }

    [Fact]
    public async Task A_drain_that_does_not_end_holds_a_shutdown_up_to_its_deadline_only()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 10, 1);
        var never = new TaskCompletionSource();
        var asked = new TaskCompletionSource<TimeSpan>();
        var assigned = new TaskCompletionSource();
        var control = Partitioned(Settings() with { RevokeTimeout = TimeSpan.FromMilliseconds(300) }, topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From([]),
            OnRevoke = (_, time) =>
            {
                asked.TrySetResult(time);
                return never.Task;
            },
        }).ToMaterialized(
            Sink.ForEach<PartitionStream>(s =>
            {
                s.Records.RunWith(Sink.Ignore<KafkaRecordBatch>(), Materializer);
                assigned.TrySetResult();
            }),
            Keep.Left).Run(Materializer);
        await assigned.Task;
        await control.ShutdownAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(TimeSpan.FromMilliseconds(300), await asked.Task);
    }

    [Fact]
    public async Task A_shutdown_without_drain_does_not_ask_for_one_and_cuts_one_short_that_runs()
    {
        var topic = Kafka.CreateTopic(1);
        var never = new TaskCompletionSource();
        var (asked, assigned) = (new TaskCompletionSource(), new TaskCompletionSource());
        var control = Partitioned(Settings() with { RevokeTimeout = TimeSpan.FromMinutes(4) }, topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From([]),
            OnRevoke = (_, _) =>
            {
                asked.TrySetResult();
                return never.Task;
            },
        }).ToMaterialized(Sink.ForEach<PartitionStream>(s => assigned.TrySetResult()), Keep.Left).Run(Materializer);
        await assigned.Task;
        _ = control.ShutdownAsync();
        await asked.Task;
        await control.ShutdownAsync(drain: false).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    [Fact]
    public async Task A_lost_assignment_is_not_drained()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 10, 1);
        var (lost, revoked, streams) = (0, 0, 0);
        var control = Partitioned(Settings(), topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From([]),
            OnLost = _ => Interlocked.Increment(ref lost),
            OnRevoke = (_, _) =>
            {
                Interlocked.Increment(ref revoked);
                return Task.CompletedTask;
            },
        }).ToMaterialized(
            Sink.ForEach<PartitionStream>(s =>
            {
                s.Records.RunWith(Sink.Ignore<KafkaRecordBatch>(), Materializer);
                Interlocked.Increment(ref streams);
            }),
            Keep.Left).Run(Materializer);
        await Poll.UntilAsync(() => Volatile.Read(ref streams) == 1, "the assignment");
        Kafka.Cluster.PushErrors(ActorEvents.Kafka.Native.MockCluster.ConsumerGroupHeartbeat, ErrorCode.UnknownMemberId);
        await Poll.UntilAsync(() => Volatile.Read(ref streams) == 2, "the assignment after the loss");
        Assert.Equal((1, 0), (Volatile.Read(ref lost), Volatile.Read(ref revoked)));
        await control.ShutdownAsync();
    }

    [Fact]
    public async Task The_groups_offset_is_committed_for_tools_and_a_plain_source_starts_there()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 100, 1);
        var settings = Settings($"tools-{topic}");
        var (control, numbers, done) = Collect(Plain(settings, topic));
        await Poll.UntilAsync(() => numbers.Count == 100, "100 records");
        control.CommitForTools(new TopicPartition(topic, 0), 40);
        await control.ShutdownAsync();
        await done;
        var (again, rest, _) = Collect(Plain(settings, topic));
        await Poll.UntilAsync(() => rest.Count == 60, "60 records");
        Assert.Equal(Enumerable.Range(40, 60), rest);
        await again.ShutdownAsync();
    }

    [Fact]
    public async Task What_an_earlier_assignment_wants_committed_too_late_is_not_committed_by_the_next()
    {
        var topic = Kafka.CreateTopic(1);
        await ProduceAsync(topic, 0, 100, 1);
        var settings = Settings($"late-{topic}");
        var streams = 0;
        IConsumerControl control = null!;
        control = Partitioned(settings, topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From([]),
            OnLost = _ => control.CommitForTools(new TopicPartition(topic, 0), 40),
        }).ToMaterialized(Sink.ForEach<PartitionStream>(_ => Interlocked.Increment(ref streams)), Keep.Left).Run(Materializer);
        await Poll.UntilAsync(() => Volatile.Read(ref streams) == 1, "the assignment");
        Kafka.Cluster.PushErrors(ActorEvents.Kafka.Native.MockCluster.ConsumerGroupHeartbeat, ErrorCode.UnknownMemberId);
        await Poll.UntilAsync(() => Volatile.Read(ref streams) == 2, "the assignment after the loss");
        await control.ShutdownAsync();

        var (again, numbers, _) = Collect(Plain(settings, topic));
        await Poll.UntilAsync(() => numbers.Count >= 60, "the records behind the group's offset");
        Assert.Equal(0, numbers.First());
        await again.ShutdownAsync();
    }

    /// <summary>Handles batch by batch; a revoke waits until the streams of the partitions have handled what they took.</summary>
    private Member Join(string topic, string group, string protocol)
    {
        Member member = null!;
        var ready = new TaskCompletionSource();
        var (control, done) = Partitioned(Settings(group, Protocol(protocol)) with { MaxBufferedRecords = 200 }, topic, new ConsumerCallbacks
        {
            GetOffsetsOnAssign = From(_positions),
            OnRevoke = async (partitions, _) =>
            {
                foreach (var partition in partitions)
                {
                    if (member.Streams.TryRemove(partition, out var stream))
                    {
                        await stream;
                    }
                }
            },
        }).ToMaterialized(
            Sink.ForEach<PartitionStream>(s =>
            {
                ready.Task.Wait();
                member.Streams[s.Partition] = s.Records.SelectAsync(1, async b =>
                {
                    await Task.Yield();
                    Add(b, _handled);
                    _positions[s.Partition] = b.LastOffset + 1;
                    return b;
                }).RunWith(Sink.Ignore<KafkaRecordBatch>(), Materializer);
            }),
            Keep.Both).Run(Materializer);
        member = new Member { Control = control, Done = done };
        ready.SetResult();
        return member;
    }
}
