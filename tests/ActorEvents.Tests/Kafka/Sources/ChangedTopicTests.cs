using System.Collections.Concurrent;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.TestKit;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>A Kafka source in its group, on a real broker: what is done to its topic while it reads.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class ChangedTopicTests(RealKafkaFixture kafka) : SourceKit
{
    private readonly ConcurrentQueue<EventPosition> _handled = [];

    [SkippableFact]
    public async Task Partitions_that_are_added_are_read_from_their_first_record_also_at_latest()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(1);
        await ProduceAsync(topic, 0, 3);
        using var topics = Run(topic, KafkaStart.Latest);
        await Poll.UntilAsync(() => Positions.Streams.Any(s => s.EndsWith("/0", StringComparison.Ordinal)), "the first assignment", 40);

        using var admin = kafka.Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 2 }]);
        await ProduceAsync(topic, 1, 5);

        await Poll.UntilAsync(() => _handled.Count == 5, "what was written to the new partition before anybody heard of it", 40);
        Assert.All(_handled, p => Assert.EndsWith("/1", p.Stream.Name, StringComparison.Ordinal));
        Assert.Contains(Recorded.Lines, l => l.Contains("2 partitions", StringComparison.Ordinal) && l.Contains("it had 1", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_topic_that_is_recreated_and_shorter_while_it_is_read_is_read_from_its_first_record()
    {
        var (topic, old, topics) = await RecreatedAsync();
        using var _ = topics;

        await ProduceAsync(topic, 0, 30);
        await NewAsync(old, 30);
        await ProduceAsync(topic, 0, 50);

        await NewAsync(old, 80);
        Assert.Equal(50, _handled.Count(p => p.Stream == old));

        // What helps a log that was cut would be wrong advice here.
        Assert.DoesNotContain(Recorded.Lines, l => l.Contains("unclean leader election", StringComparison.Ordinal));
    }

    // Kafka itself tells a reader nothing: until the topic's id is looked at, what lies behind the old position goes on as the old stream's, and then comes again.
    [SkippableFact]
    public async Task A_topic_that_is_recreated_and_longer_while_it_is_read_is_read_whole()
    {
        var (topic, old, topics) = await RecreatedAsync();
        using var _ = topics;

        await ProduceAsync(topic, 0, 80);

        await NewAsync(old, 80);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), _handled.Where(p => p.Stream == old).Select(p => p.Number).Take(50));
        Assert.InRange(_handled.Count(p => p.Stream == old), 50, 80);
    }

    /// <summary>A topic whose 50 records are handled, then deleted and re-created under its reader.</summary>
    private async Task<(string Topic, StreamId Old, KafkaTopics Topics)> RecreatedAsync()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(1);
        await ProduceAsync(topic, 0, 50);
        var topics = Run(topic, KafkaStart.Earliest);
        await Poll.UntilAsync(() => _handled.Count == 50, "the old topic", 40);

        using var admin = kafka.Admin();
        await admin.DeleteTopicsAsync([topic]);
        try
        {
            await kafka.CreateTopicAsync(topic, 1);
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // The source's own look at it was faster.
        }

        return (topic, _handled.First().Stream, topics);
    }

    /// <summary>The new topic's records from the first on, each once.</summary>
    private async Task NewAsync(StreamId old, int count)
    {
        await Poll.UntilAsync(() => _handled.Count(p => p.Stream != old) >= count, "the new topic", 60);
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), _handled.Where(p => p.Stream != old).Select(p => p.Number).Order());
    }

    private KafkaTopics Run(string topic, KafkaStart start)
    {
        var client = new KafkaClientOptions { BootstrapServers = kafka.Bootstrap, GroupId = topic, Membership = KafkaMembership.Dynamic };
        var topics = new KafkaTopics(client, TimeProvider.System, Recorded);
        var options = new KafkaSourceOptions
        {
            Name = "source",
            Start = start,
            Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { [topic] = RecordMapping.ForTopic(topic) },
        };
        var handler = new HandlerRegistration<string>("all", new Nothing(), 1024).KeyedBy(_ => "one").Build();
        var region = CreateTestProbe();
        region.SetAutoPilot(new Answers(_handled));
        var settings = new GroupSettings(
            [(handler, region)], [new KafkaEventSource(options, client, topics)], Positions, DeadLetters,
            new FlowOptions(), new DeliveryOptions(), TimeProvider.System, Recorded);
        Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
        return topics;
    }

    private async Task ProduceAsync(string topic, int partition, int count)
    {
        using var producer = new ProducerBuilder<Null, string>(kafka.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        for (var i = 0; i < count; i++)
        {
            await producer.ProduceAsync(new TopicPartition(topic, partition), new Message<Null, string> { Value = "1" });
        }
    }

    /// <summary>The entities: note what they get for the first time, and answer.</summary>
    private sealed class Answers(ConcurrentQueue<EventPosition> handled) : AutoPilot
    {
        private readonly HashSet<EventPosition> _seen = [];

        public override AutoPilot Run(IActorRef sender, object message)
        {
            if (message is Deliver delivery)
            {
                foreach (var e in delivery.Events)
                {
                    if (_seen.Add(e.Position))
                    {
                        handled.Enqueue(e.Position);
                    }
                }

                sender.Tell(new Done(delivery.Key, delivery.Stream.Name, delivery.Events[^1].Position.Number));
            }

            return KeepRunning.Instance;
        }
    }

    private sealed class Nothing : IEventHandler<string>
    {
        public string Initial => "";

        public Decision Handle(string state, EventEnvelope envelope) => Decision.Nothing;

        public string Apply(string state, object stateEvent) => state;
    }
}
