using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Groups;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Sources;
using ActorEvents.Tests.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>
/// Source, lane and handler type of a topic stand still under load, for longer than the session of the member lasts without a sign of life, and go on: bounds and
/// committed positions meanwhile, order and once afterwards, and never a rebalance (classic protocol: each would begin with a JoinGroup).
/// </summary>
public sealed class Pausing_on_Kafka : IDisposable
{
    private const string Topic = "numbers";
    private const int Partitions = 4;
    private const int InPartition = 2_000;
    private const int Events = Partitions * InPartition;
    private const int Keys = 40;
    private const int Credits = 64;
    private const int Span = 256;

    // One each quarter of the session time-out.
    private const int HeartbeatsOfASession = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("ae-pause-kafka-").FullName;
    private readonly MockKafkaFixture _kafka = new();
    private readonly SwitchHandler _first = new();
    private readonly SwitchHandler _second = new();
    private readonly KafkaTopics _topics;
    private readonly KafkaEventSource _source;
    private int _joins;

    public Pausing_on_Kafka()
    {
        var client = new KafkaClientOptions { BootstrapServers = _kafka.Bootstrap, FetchWaitMs = 10, SessionTimeout = TimeSpan.FromMilliseconds(1_500), BufferRecords = 100 };
        _topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        _source = new KafkaEventSource(
            new KafkaSourceOptions { Name = "shop", Topics = new Dictionary<string, RecordMapping> { [Topic] = RecordMapping.ForTopic(Topic) } }, client, _topics);
        _kafka.CreateTopic(Topic, Partitions);
        _kafka.Cluster.TrackRequests();
    }

    public void Dispose()
    {
        _topics.Dispose();
        _kafka.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task While_a_handler_is_paused_the_others_get_every_partition_and_it_goes_on_where_it_was_without_a_rebalance()
    {
        var streams = await ProduceAsync();
        await using var node = await StartAsync();
        await node.PauseAsync(PartKind.Handler, "first", true);
        await Poll.UntilAsync(async () =>
        {
            var status = await node.StatusAsync();
            Assert.All(status.Lanes, l => Assert.True(l.InFlight <= Credits && l.Tracked <= Span, $"{l}"));
            Assert.All(status.Subscriptions.Where(s => s.Paused), s => Assert.Equal(("first", 0), (s.Handler, s.Unsettled)));
            return _second.Handled >= Events;
        });
        await Poll.UntilAsync(async () => KeyedNumbers.Of(await node.RowsAsync()).Where(k => k.Key.StartsWith("second/", StringComparison.Ordinal)).Sum(k => k.Value.Count) == Events);
        var held = await CommittedAsync(node, streams);
        var since = TimeProvider.System.GetTimestamp();
        await Poll.UntilAsync(async () =>
        {
            // What was settled when it was paused is committed with the next flush.
            var now = await CommittedAsync(node, streams);
            (held, since) = now.SequenceEqual(held) ? (held, since) : (now, TimeProvider.System.GetTimestamp());
            return TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromMilliseconds(300);
        });
        await OutlastTheSessionAsync();

        var rows = await node.RowsAsync();
        KeyedNumbers.Check(rows, Events, Keys, "second");
        var handled = KeyedNumbers.Of(rows).Where(k => k.Key.StartsWith("first/", StringComparison.Ordinal)).SelectMany(k => k.Value).ToHashSet();
        Assert.True(handled.Count < Events, "it was paused too late");
        Assert.Equal(held, await CommittedAsync(node, streams));
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.InRange(held[partition], 1, Enumerable.Range(0, InPartition + 1).First(offset => !handled.Contains((offset * Partitions) + partition)));
        }

        Assert.All((await node.StatusAsync()).Lanes, l => Assert.Equal(["first"], l.Held));
        await node.PauseAsync(PartKind.Handler, "first", false);
        await EverythingOnceAsync(node, streams);
        Assert.All((await node.StatusAsync()).Lanes, l => Assert.Empty(l.Held));
    }

    [Theory]
    [InlineData(PartKind.Source)]
    [InlineData(PartKind.Lane)]
    public async Task A_source_or_lane_that_is_paused_keeps_its_partitions_and_goes_on_where_it_was(PartKind kind)
    {
        var streams = await ProduceAsync();
        await using var node = await StartAsync();
        await node.PauseAsync(kind, kind == PartKind.Source ? _source.Name : streams[0], true);

        // What is under way is handled and committed; the lanes beside a paused one go on to the end.
        await Poll.UntilAsync(async () =>
        {
            var lanes = (await node.StatusAsync()).Lanes.ToArray();
            return lanes.Length == Partitions
                && lanes.All(l => l.InFlight == 0 && (l.Paused || l.Committed == InPartition))
                && lanes.Sum(l => l.Committed) == _first.Handled
                && _first.Handled == _second.Handled;
        });
        var before = await CommittedAsync(node, streams);
        Assert.InRange(before[0], 1, InPartition - 1);
        await OutlastTheSessionAsync();

        Assert.Equal(before, await CommittedAsync(node, streams));
        Assert.Equal(kind == PartKind.Source ? Partitions : 1, (await node.StatusAsync()).Lanes.Count(l => l.Paused));
        await node.PauseAsync(kind, kind == PartKind.Source ? _source.Name : streams[0], false);
        await EverythingOnceAsync(node, streams);

        // The lanes of the first assignment.
        Assert.All((await node.StatusAsync()).Lanes, l => Assert.Equal(0, l.Start));
    }

    /// <summary>Number i stands in partition i % 4 at offset i / 4.</summary>
    /// <returns>The streams, by partition.</returns>
    private async Task<string[]> ProduceAsync()
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig(_kafka.ProducerConfig()) { LingerMs = 5 }).SetLogHandler((_, _) => { }).Build();
        for (var i = 0; i < Events; i++)
        {
            var headers = new Headers();
            foreach (var (name, value) in new[] { ("ce_specversion", "1.0"), ("ce_id", i.ToString(CultureInfo.InvariantCulture)), ("ce_source", "/numbers"), ("ce_type", "number") })
            {
                headers.Add(name, Encoding.UTF8.GetBytes(value));
            }

            producer.Produce(new TopicPartition(Topic, i % Partitions), new Message<string, string> { Key = $"k{i % Keys}", Value = "", Headers = headers });
        }

        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(60)));
        var id = (await _topics.DescribeAsync(Topic, fresh: true, CancellationToken.None)).Id;
        return [.. Enumerable.Range(0, Partitions).Select(p => StreamId.ForPartition(_source.Name, Topic, id, p).Name)];
    }

    /// <summary>A node that has joined its group and is in the middle of each partition.</summary>
    private async Task<MiniNode> StartAsync()
    {
        var node = await MiniNode.StartAsync(_folder, b =>
        {
            b.Options.Flow.MaxEvents = Credits;
            b.Options.Flow.Span = Span;

            // A commit tells that a partition is begun: not when it is done.
            b.Options.Flow.CommitInterval = TimeSpan.FromMilliseconds(10);
            // Slow, so that there is a middle in which it can be paused.
            b.AddHandler("first", _first, h => h.StateEvent<Counted>("counted").WithDelay(TimeSpan.FromMilliseconds(1)));
            b.AddHandler("second", _second, h => h.StateEvent<Counted>("counted"));
            b.AddSource(_source);
        });
        await Poll.UntilAsync(async () => (await node.StatusAsync()).Lanes.Count(l => l.Committed > 0) == Partitions);
        _joins = _kafka.Cluster.CountRequests(MockCluster.JoinGroup);
        Assert.NotEqual(0, _joins);
        return node;
    }

    /// <summary>More heartbeats than fit into the session time-out, so more time than that; the broker has not let go of the member.</summary>
    private async Task OutlastTheSessionAsync()
    {
        var before = _kafka.Cluster.CountRequests(MockCluster.Heartbeat);
        await Poll.UntilAsync(() => _kafka.Cluster.CountRequests(MockCluster.Heartbeat) >= before + HeartbeatsOfASession + 2);
        Assert.Equal(_joins, _kafka.Cluster.CountRequests(MockCluster.JoinGroup));
    }

    private async Task EverythingOnceAsync(MiniNode node, string[] streams)
    {
        foreach (var stream in streams)
        {
            await node.WaitForAsync(stream, InPartition);
        }

        var rows = await node.RowsAsync();
        KeyedNumbers.Check(rows, Events, Keys, "first");
        KeyedNumbers.Check(rows, Events, Keys, "second");
        Assert.Equal(_joins, _kafka.Cluster.CountRequests(MockCluster.JoinGroup));
    }

    private static async Task<long[]> CommittedAsync(MiniNode node, string[] streams) =>
        await Task.WhenAll(streams.Select(async s => (await node.Journal.Positions.ReadAsync(s, CancellationToken.None))!.Value.Next));
}
