using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Stores;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using ActorEvents.Tests.Sources;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>
/// A partition whose last offsets are transaction markers and aborted records: nothing of them comes, and yet they must be passed, or a group shows lag for ever, a run that
/// ends when all is read never ends, and each start says that records were lost.
/// </summary>
[Collection(RealKafkaCollection.Name)]
public sealed class TransactionMarkersTests(RealKafkaFixture kafka) : SourceKit
{
    private const int Committed = 10, Aborted = 50;

    /// <summary>A marker each.</summary>
    private const int End = Committed + 1 + Aborted + 1;

    [SkippableFact]
    public async Task Position_and_group_offset_come_to_the_end_behind_them()
    {
        using var topics = await WrittenAsync();
        var (source, subscriber) = (Source(topics), Subscribe());
        var actor = Watch(Start(source, [subscriber]));
        var stream = subscriber.Opens().Stream.Name;
        subscriber.Takes(Committed);
        subscriber.Settles([.. Enumerable.Range(0, Committed).Select(i => (long)i)]);

        AwaitAssert(() => Assert.Equal(End, Positions[stream]?.Next), TimeSpan.FromSeconds(30));
        Assert.Equal(End, Assert.Single(await source.EndsAsync(Positions, CancellationToken.None)).Next);
        actor.Tell(new DrainSource(TimeSpan.FromSeconds(10)), TestActor);
        ExpectMsg<SourceDrained>(TimeSpan.FromSeconds(30));
        ExpectTerminated(actor, TimeSpan.FromSeconds(30));

        // The stop waits only half a second for the answer to its last commit.
        AwaitAssert(() => Assert.Equal(End, GroupOffset()), TimeSpan.FromSeconds(30));
    }

    [SkippableFact]
    public async Task That_they_were_deleted_is_said_once_and_not_at_each_start()
    {
        using var topics = await WrittenAsync();
        var id = (await topics.DescribeAsync(Topic, fresh: true, CancellationToken.None)).Id;
        var stream = StreamId.ForPartition("source", Topic, id, 0).Name;
        await Positions.RaiseAsync([new CommittedPosition(stream, Committed)], CancellationToken.None);
        using var admin = kafka.Admin();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(Topic, 0, End)]);

        for (var start = 0; start < 2; start++)
        {
            var subscriber = Subscribe();
            var actor = Watch(Start(Source(topics), [subscriber]));
            subscriber.Opens();
            AwaitAssert(() => Assert.Equal(End, Positions[stream]?.Next), TimeSpan.FromSeconds(30));
            actor.Tell(new DrainSource(TimeSpan.FromSeconds(10)), TestActor);
            ExpectMsg<SourceDrained>(TimeSpan.FromSeconds(30));
            ExpectTerminated(actor, TimeSpan.FromSeconds(30));
        }

        Assert.Contains($"up to {End - Committed} records", Assert.Single(Recorded.Lines, l => l.Contains("were deleted", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private string Topic { get; set; } = "";

    private KafkaClientOptions Client => new() { BootstrapServers = kafka.Bootstrap, GroupId = Topic, Membership = KafkaMembership.Dynamic };

    private KafkaEventSource Source(KafkaTopics topics) => new(
        new KafkaSourceOptions { Name = "source", Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { [Topic] = RecordMapping.ForTopic(Topic) } }, Client, topics);

    private async Task<KafkaTopics> WrittenAsync()
    {
        kafka.Require();
        Topic = await kafka.CreateTopicAsync(1, "markers");
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(kafka.ProducerConfig()) { TransactionalId = Topic }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        Write(producer, Committed);
        producer.CommitTransaction();
        Write(producer, Aborted);
        producer.AbortTransaction();
        return new KafkaTopics(Client, TimeProvider.System, NullLogger.Instance);
    }

    private void Write(IProducer<Null, string> producer, int count)
    {
        producer.BeginTransaction();
        for (var i = 0; i < count; i++)
        {
            producer.Produce(Topic, new Message<Null, string> { Value = i.ToString(CultureInfo.InvariantCulture) });
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private long GroupOffset()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(kafka.ConsumerConfig(Topic)).SetLogHandler((_, _) => { }).Build();
        return consumer.Committed([new TopicPartition(Topic, 0)], TimeSpan.FromSeconds(30)).Single().Offset.Value;
    }
}
