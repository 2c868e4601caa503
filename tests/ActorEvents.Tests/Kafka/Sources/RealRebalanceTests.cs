using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>Two members of one group on a real broker, with the positions in common, as two nodes have them.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class RealRebalanceTests(RealKafkaFixture kafka) : SourceKit
{
    private const int Keys = 20;
    private const int Count = 4_000;

    /// <summary>
    /// A static member that stops says nothing to its group, as one that is killed: its partitions go to the other one when its session has run out.
    /// </summary>
    [SkippableFact]
    public async Task When_a_static_member_is_gone_the_other_goes_on_with_every_key_in_order_and_nothing_is_left_out()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(4);
        var client = new KafkaClientOptions { BootstrapServers = kafka.Bootstrap, GroupId = topic, SessionTimeout = TimeSpan.FromSeconds(6) };
        using var topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        var handled = new ConcurrentQueue<(string Key, int Number)>();
        var lanes = new ConcurrentDictionary<IActorRef, bool>();
        var settling = Sys.ActorOf(Props.Create(() => new SettlingActor(handled, lanes)));
        Sys.EventStream.Subscribe(settling, typeof(Emitted));
        var first = Watch(Run("a"));
        var second = Watch(Run("b"));
        await Poll.UntilAsync(() => lanes.Keys.Select(l => l.Path.Parent).Distinct().Count() == 2, "both members have partitions", 60);

        var producing = ProduceAsync(topic, 0, Count / 2);
        await Poll.UntilAsync(() => handled.Count > Count / 8, "both read", 60);
        Sys.Stop(first);
        ExpectTerminated(first, TimeSpan.FromSeconds(30));
        await producing;
        await ProduceAsync(topic, Count / 2, Count);

        await Poll.UntilAsync(() => handled.Select(h => h.Number).Distinct().Count() == Count, "every record", 90);
        foreach (var key in handled.GroupBy(h => h.Key))
        {
            // A repeat may come, and then with all that follows it: the first time that a number is seen, all before it have been.
            Assert.Equal(key.Select(k => k.Number).Distinct().Order(), key.Select(k => k.Number).Distinct());
        }

        second.Tell(new DrainSource(TimeSpan.FromSeconds(10)));
        ExpectMsg<SourceDrained>(TimeSpan.FromSeconds(30));
        ExpectTerminated(second, TimeSpan.FromSeconds(30));

        IActorRef Run(string instance) => Start(
            new KafkaEventSource(
                new KafkaSourceOptions { Name = "shop", InstanceId = instance, Topics = new Dictionary<string, RecordMapping> { [topic] = RecordMapping.ForTopic(topic) } }, client, topics),
            [new SubscriptionRef(0, "settling", settling, _ => true)]);
    }

    private async Task ProduceAsync(string topic, int from, int to)
    {
        using var producer = new ProducerBuilder<string, string>(kafka.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        for (var i = from; i < to; i++)
        {
            await producer.ProduceAsync(topic, new Message<string, string> { Key = $"key-{i % Keys}", Value = i.ToString(CultureInfo.InvariantCulture) });
        }
    }

    /// <summary>Notes and settles whatever comes.</summary>
    private sealed class SettlingActor : ReceiveActor
    {
        public SettlingActor(ConcurrentQueue<(string, int)> handled, ConcurrentDictionary<IActorRef, bool> lanes)
        {
            Receive<OpenSession>(m =>
            {
                lanes[m.Session.Lane] = true;
                m.Session.Lane.Tell(new SessionOpened(m.Session, 0));
            });
            Receive<Emitted>(m =>
            {
                foreach (var e in m.Events)
                {
                    handled.Enqueue((e.Key!, int.Parse(Encoding.UTF8.GetString(e.Data.Span), CultureInfo.InvariantCulture)));
                }

                m.Session.Lane.Tell(new Settled(m.Session, 0, [.. m.Events.Select(e => e.Position.Number)]));
            });
            Receive<CloseSession>(_ => { });
        }
    }
}
