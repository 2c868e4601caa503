using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Stores;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>The source on the mock: where it starts, and how it notices another topic of the same name.</summary>
public sealed class KafkaSourceTests : SourceKit
{
    private readonly MockKafkaFixture _kafka = new();
    private readonly KafkaClientOptions _client;
    private readonly KafkaTopics _topics;

    public KafkaSourceTests()
    {
        _client = new KafkaClientOptions
        {
            BootstrapServers = _kafka.Bootstrap,
            FetchWaitMs = 10,
            SessionTimeout = TimeSpan.FromMilliseconds(1_500),
        };
        _topics = new KafkaTopics(_client, TimeProvider.System, NullLogger.Instance);
        _kafka.CreateTopic("lines", 1);
    }

    [Fact]
    public async Task A_start_at_the_end_is_committed_before_anything_is_read()
    {
        await ProduceAsync(0, 5);
        var subscriber = Subscribe();
        Start(Source(KafkaStart.Latest), [subscriber]);
        subscriber.Opens();

        Assert.Equal(5, Positions[await StreamAsync()]?.Next);
        await ProduceAsync(5, 1);
        Assert.Equal("5", Text(Assert.Single(subscriber.Takes(1))));
    }

    [Fact]
    public async Task The_position_table_wins_over_the_offsets_of_the_group()
    {
        await ProduceAsync(0, 10);
        using (var tool = new ConsumerBuilder<Ignore, Ignore>(_kafka.ConsumerConfig(_client.GroupId)).SetLogHandler((_, _) => { }).Build())
        {
            tool.Commit([new TopicPartitionOffset("lines", 0, 8)]);
        }

        await Positions.RaiseAsync([new CommittedPosition(await StreamAsync(), 3)], CancellationToken.None);
        var subscriber = Subscribe();
        Start(Source(), [subscriber]);
        subscriber.Opens();

        Assert.Equal(["3", "4", "5", "6", "7", "8", "9"], subscriber.Takes(7).Select(Text));

        // Somebody may have reset them, and wait.
        Assert.Contains(Recorded.Lines, l => l.Contains("lines [0]: 8 there, 3 here", StringComparison.Ordinal) && l.Contains("another name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_that_is_recreated_under_a_running_source_is_noticed_and_read_as_a_new_stream()
    {
        // Empty, so that the place where it reads is there in the new topic, too, and nothing but the look at the id tells them apart.
        var subscriber = Subscribe();
        var first = Watch(Start(Source(), [subscriber]));
        var before = subscriber.Opens().Stream;

        _kafka.Cluster.DeleteTopic("lines");
        _kafka.CreateTopic("lines", 1);
        ExpectTerminated(first, TimeSpan.FromSeconds(30));

        await ProduceAsync(0, 2);
        var again = Subscribe();
        Start(Source(), [again]);
        var after = again.Opens().Stream;
        Assert.NotEqual(before.Name, after.Name);
        Assert.Equal(["0", "1"], again.Takes(2).Select(Text));
        Assert.Equal(0, Positions[after.Name]?.Next);
    }

    [Fact]
    public async Task A_lane_is_read_again_from_its_committed_position_while_its_partition_stays_assigned()
    {
        await ProduceAsync(0, 10);
        var subscriber = Subscribe();
        var source = Start(Source(), [subscriber]);
        var first = subscriber.Opens();
        subscriber.Takes(10);
        subscriber.Settles(0, 1, 2, 5);
        AwaitAssert(() => Assert.Equal(3, Positions[first.Stream.Name]?.Next));

        _kafka.Cluster.TrackRequests();
        source.Tell(new ReopenLane(first.Stream), first.Lane);
        subscriber.Closes();
        var second = subscriber.Opens();
        Assert.Equal((first.Stream, 3), (second.Stream, second.Start));
        Assert.Equal(["3", "4", "5", "6", "7", "8", "9"], subscriber.Takes(7).Select(Text));

        // Nor is it once more, because a lane asks that is there no longer: what is answered afterwards shows that the message was seen.
        source.Tell(new ReopenLane(first.Stream), first.Lane);
        source.Tell(new DrainLanes([], TimeSpan.Zero), TestActor);
        ExpectMsg<LanesDrained>();
        subscriber.Settles(3, 4, 5, 6, 7, 8, 9);
        await ProduceAsync(10, 1);
        Assert.Equal("10", Text(Assert.Single(subscriber.Takes(1))));
        AwaitAssert(() => Assert.Equal(10, Positions[first.Stream.Name]?.Next));
        Assert.Equal(0, _kafka.Cluster.CountRequests(MockCluster.JoinGroup));
    }

    protected override void AfterAll()
    {
        // Stops the sources first.
        base.AfterAll();
        _topics.Dispose();
        _kafka.Dispose();
    }

    private KafkaEventSource Source(KafkaStart start = KafkaStart.Earliest) => new(
        new KafkaSourceOptions
        {
            Name = "shop",
            Start = start,
            Topics = new Dictionary<string, RecordMapping> { ["lines"] = RecordMapping.ForTopic("lines") },
            TopicCheckInterval = TimeSpan.FromMilliseconds(100),
        },
        _client,
        _topics);

    private async Task<string> StreamAsync() =>
        StreamId.ForPartition("shop", "lines", (await _topics.DescribeAsync("lines", fresh: true, CancellationToken.None)).Id, 0).Name;

    private static string Text(EventEnvelope e) => Encoding.UTF8.GetString(e.Data.Span);

    private async Task ProduceAsync(int from, int count)
    {
        using var producer = new ProducerBuilder<string, string>(_kafka.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        for (var i = from; i < from + count; i++)
        {
            await producer.ProduceAsync("lines", new Message<string, string> { Key = "key", Value = i.ToString(CultureInfo.InvariantCulture) });
        }
    }
}
