using System.Globalization;
using System.Text;
using ActorEvents.Kafka.Producers;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;
using Akka.TestKit.Xunit2;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Producers;

[Collection(RealKafkaCollection.Name)]
public sealed class RealProducerTests(RealKafkaFixture kafka) : TestKit("akka.loglevel = WARNING")
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120);

    /// <summary>With the client's own batches 990 of 1,000 good records of such a topic were refused, and later ones of their keys went in front of them.</summary>
    [SkippableFact]
    public async Task A_topic_that_takes_less_than_the_batches_gets_all_but_what_is_too_large_alone_in_order()
    {
        kafka.Require();
        int[] tooLarge = [200, 201, 400];
        var topic = await kafka.CreateTopicAsync(2);
        await kafka.LimitAsync(topic, 20_000);
        var results = await Source.From(Enumerable.Range(0, 600))
            .Select(i => ProducerMessage.Single(
                new ProducerRecord(topic, Encoding.ASCII.GetBytes($"key-{i % 7}"), Encoding.ASCII.GetBytes($"{i}{new string(' ', tooLarge.Contains(i) ? 30_000 : 300)}")), i))
            .Via(KafkaProducer.FlexiFlow<int>(new KafkaProducerSettings { BootstrapServers = kafka.Bootstrap })
                .WithAttributes(ActorAttributes.CreateSupervisionStrategy(Deciders.ResumingDecider)))
            .RunWith(Sink.Seq<ProducerResult<int>>(), Sys.Materializer()).WaitAsync(s_deadline);

        Assert.Equal(tooLarge, results.Where(r => r.Error is not null).Select(r => r.PassThrough));
        using var consumer = new ConsumerBuilder<string, string>(kafka.ConsumerConfig("reader")).Build();
        consumer.Assign(Enumerable.Range(0, 2).Select(p => new TopicPartitionOffset(topic, p, 0)));
        var read = Enumerable.Range(0, 597).Select(_ => consumer.Consume(s_deadline).Message).Select(m => (m.Key, Number: int.Parse(m.Value, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(Enumerable.Range(0, 600).Except(tooLarge), read.Select(r => r.Number).Order());
        Assert.All(read.GroupBy(r => r.Key), g => Assert.Equal(g.Select(r => r.Number).Order(), g.Select(r => r.Number)));
    }

    [SkippableFact]
    public async Task A_broker_that_is_killed_in_mid_stream_and_comes_back_has_every_record_once_and_in_order()
    {
        kafka.Require();
        const int count = 3_000;
        var topic = await kafka.CreateTopicAsync(3);
        var resumed = Task.CompletedTask;
        var results = await Source.From(Enumerable.Range(0, count))
            .SelectAsync(1, async i =>
            {
                if (i == count / 2)
                {
                    await kafka.KillAsync();
                    resumed = kafka.ResumeAsync();
                }

                return ProducerMessage.Single(new ProducerRecord(topic, Encoding.ASCII.GetBytes($"key-{i % 7}"), Encoding.ASCII.GetBytes($"{i}")), i);
            })
            .Via(KafkaProducer.FlexiFlow<int>(new KafkaProducerSettings { BootstrapServers = kafka.Bootstrap }))
            .RunWith(Sink.Seq<ProducerResult<int>>(), Sys.Materializer()).WaitAsync(s_deadline);
        await resumed;
        Assert.Equal(Enumerable.Range(0, count), results.Select(r => r.PassThrough));

        using var consumer = new ConsumerBuilder<string, string>(kafka.ConsumerConfig("reader")).Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(p => new TopicPartitionOffset(topic, p, 0)));
        var read = Enumerable.Range(0, count).Select(_ => consumer.Consume(s_deadline).Message).Select(m => (m.Key, Number: int.Parse(m.Value, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(Enumerable.Range(0, count), read.Select(r => r.Number).Order());
        Assert.All(read.GroupBy(r => r.Key), g => Assert.Equal(g.Select(r => r.Number).Order(), g.Select(r => r.Number)));
        Assert.Null(consumer.Consume(TimeSpan.FromSeconds(1)));
    }
}
