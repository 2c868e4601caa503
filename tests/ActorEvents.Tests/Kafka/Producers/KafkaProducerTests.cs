using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Producers;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;
using Akka.Streams.TestKit;
using Akka.TestKit.Xunit2;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Producers;

public sealed class KafkaProducerTests(MockKafkaFixture kafka) : TestKit("akka.loglevel = WARNING"), IClassFixture<MockKafkaFixture>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<int> _pulled = new();

    [Fact]
    public async Task Results_come_in_the_order_of_the_envelopes_single_multi_and_pass_through_alike()
    {
        var topic = kafka.CreateTopic(4);
        var envelopes = Enumerable.Range(0, 6_000).Select(i => (i % 3) switch
        {
            0 => ProducerMessage.Single(Record(topic, i), i),
            1 => ProducerMessage.Multi([Record(topic, i), Record(topic, i), Record(topic, i)], i),
            _ => ProducerMessage.PassThrough(i),
        });

        var (flushed, results) = Source.From(envelopes)
            .ViaMaterialized(KafkaProducer.FlexiFlow<int>(Settings()), Keep.Right)
            .ToMaterialized(Sink.Seq<ProducerResult<int>>(), Keep.Both).Run(Sys.Materializer());
        var all = await results.WaitAsync(s_deadline);

        Assert.Equal(Enumerable.Range(0, 6_000), all.Select(r => r.PassThrough));
        Assert.All(all, r => Assert.Null(r.Error));
        Assert.All(all, r => Assert.Equal(r.PassThrough % 3 == 2, r.Last is null));
        Assert.Equal(new ProducerFlushed(8_000, 0, 0), await flushed.WaitAsync(s_deadline));
        var read = Read(topic, 8_000);
        Assert.Equal(Enumerable.Range(0, 6_000).SelectMany(i => Enumerable.Repeat(i, (i % 3) switch { 0 => 1, 1 => 3, _ => 0 })), read.Select(r => r.Number).Order());
        Assert.All(read.GroupBy(r => r.Partition), g => Assert.Equal(g.Select(r => r.Number).Order(), g.Select(r => r.Number)));
    }

    [Fact]
    public void Without_demand_it_takes_in_no_more_than_its_slots_hold()
    {
        var topic = kafka.CreateTopic(1);
        var results = Numbers(topic, 1_000)
            .Via(KafkaProducer.FlexiFlow<int>(Settings() with { Parallelism = 16 }))
            .RunWith(this.SinkProbe<ProducerResult<int>>(), Sys.Materializer());
        results.EnsureSubscription();
        Assert.Equal(16, Read(topic, 16).Count);
        Assert.Equal(16, _pulled.Count);

        results.Request(3);
        Assert.Equal([0, 1, 2], [results.ExpectNext().PassThrough, results.ExpectNext().PassThrough, results.ExpectNext().PassThrough]);
        Assert.Equal(19, Read(topic, 19).Count);
        Assert.Equal(19, _pulled.Count);
        results.Cancel();
    }

    [Fact]
    public async Task A_record_that_is_refused_fails_the_stream()
    {
        var topic = kafka.CreateTopic(1);
        var done = Source.From([Record(topic, 1), new ProducerRecord(topic, null, new byte[2_000_000])])
            .RunWith(KafkaProducer.PlainSink(Settings()), Sys.Materializer());

        var failure = await Assert.ThrowsAsync<ProduceFailedException>(() => done.WaitAsync(s_deadline));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, failure.Error.Code);
        Assert.Contains(topic, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_supervision_resumes_a_refused_record_comes_out_in_its_place_with_its_error()
    {
        var topic = kafka.CreateTopic(1);
        var (flushed, results) = Source.From([Record(topic, 0), new ProducerRecord(topic, null, new byte[2_000_000]), Record(topic, 2)])
            .Select(r => ProducerMessage.Single(r, r.Record.Value.Length))
            .ViaMaterialized(Resuming(Settings()), Keep.Right)
            .ToMaterialized(Sink.Seq<ProducerResult<int>>(), Keep.Both).Run(Sys.Materializer());

        var all = await results.WaitAsync(s_deadline);
        Assert.Equal([1, 2_000_000, 1], all.Select(r => r.PassThrough));
        Assert.Equal([null, ErrorCode.MsgSizeTooLarge, null], all.Select(r => r.Error?.Code));
        Assert.Equal(new ProducerFlushed(2, 1, 0), await flushed.WaitAsync(s_deadline));
    }

    [Fact]
    public async Task A_record_that_the_broker_refuses_comes_out_with_the_brokers_error()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        own.Cluster.PushErrors(MockCluster.Produce, ErrorCode.MsgSizeTooLarge, ErrorCode.MsgSizeTooLarge);
        var result = await Source.Single(ProducerMessage.Single(Record(topic, 0), 7))
            .Via(Resuming(Settings(own))).RunWith(Sink.First<ProducerResult<int>>(), Sys.Materializer()).WaitAsync(s_deadline);
        Assert.Equal((7, ErrorCode.MsgSizeTooLarge), (result.PassThrough, result.Error?.Code));
    }

    /// <summary>A refusal is the batch's: nothing of it may get lost, and nothing behind it may overtake it.</summary>
    [Fact]
    public async Task A_batch_that_is_refused_is_sent_again_record_by_record_in_its_place()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        await Numbers(topic, 1).Select(e => e[0]).RunWith(KafkaProducer.PlainSink(Settings(own)), Sys.Materializer()).WaitAsync(s_deadline);
        own.Cluster.PushErrors(MockCluster.Produce, ErrorCode.NoError, ErrorCode.MsgSizeTooLarge, ErrorCode.NoError, ErrorCode.MsgSizeTooLarge);
        var settings = Settings(own) with { Client = new Dictionary<string, string> { ["batch.num.messages"] = "20" } };

        var results = await Numbers(topic, 500).Via(Resuming(settings)).RunWith(Sink.Seq<ProducerResult<int>>(), Sys.Materializer()).WaitAsync(s_deadline);

        var refused = Assert.Single(results, r => r.Error is not null);
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error!.Code);
        Assert.Equal([0, .. Enumerable.Range(0, 500).Where(i => i != refused.PassThrough)], Read(topic, 500, own).Select(r => r.Number));
    }

    [Fact]
    public async Task A_full_queue_of_the_client_is_back_pressure_and_keeps_the_order()
    {
        var topic = kafka.CreateTopic(1);
        var settings = Settings() with { Client = new Dictionary<string, string> { ["queue.buffering.max.messages"] = "10", ["linger.ms"] = "1" } };
        var flushed = await Source.From(Enumerable.Range(0, 500)).Select(i => Record(topic, i))
            .RunWith(KafkaProducer.PlainSink(settings), Sys.Materializer()).WaitAsync(s_deadline);
        Assert.Equal(new ProducerFlushed(500, 0, 0), flushed);
        Assert.Equal(Enumerable.Range(0, 500), Read(topic, 500).Select(r => r.Number));
    }

    [Fact]
    public async Task Completion_waits_for_a_broker_that_is_away_and_for_all_its_acknowledgements()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        own.Cluster.BrokerDown();
        var done = Numbers(topic, 100).Select(e => e[0]).RunWith(KafkaProducer.PlainSink(Settings(own)), Sys.Materializer());
        await Poll.UntilAsync(() => _pulled.Count == 100, "all is with the client");
        Assert.False(done.IsCompleted);

        own.Cluster.BrokerUp();

        Assert.Equal(new ProducerFlushed(100, 0, 0), await done.WaitAsync(s_deadline));
        Assert.Equal(Enumerable.Range(0, 100), Read(topic, 100, own).Select(r => r.Number));
    }

    [Fact]
    public async Task A_stream_that_must_not_wait_fails_with_the_loss_of_the_brokers_and_sends_nothing_any_more()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        var acknowledged = new TaskCompletionSource();
        var done = Numbers(topic, 100)
            .SelectAsync(1, async envelope =>
            {
                if (envelope.PassThroughValue == 1)
                {
                    await acknowledged.Task;
                    own.Cluster.BrokerDown();
                }

                return envelope;
            })
            .Via(KafkaProducer.FlexiFlow<int>(Settings(own) with { WaitForLostBrokers = false }))
            .RunForeach(_ => acknowledged.TrySetResult(), Sys.Materializer());
        Assert.Equal(ErrorCode.Local_AllBrokersDown, (await Assert.ThrowsAsync<KafkaException>(() => done.WaitAsync(s_deadline))).Error.Code);

        own.Cluster.BrokerUp();
        await Source.Single(Record(topic, 999)).RunWith(KafkaProducer.PlainSink(Settings(own)), Sys.Materializer()).WaitAsync(s_deadline);
        Assert.Equal([0, 999], Read(topic, 2, own).Select(r => r.Number));
    }

    [Fact]
    public async Task A_cancelled_stream_flushes_what_it_has_taken_in()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        own.Cluster.SetRtt(-1, TimeSpan.FromMilliseconds(300));
        var flushed = await Cancelled(topic, Settings(own));
        Assert.Equal(new ProducerFlushed(50, 0, 0), flushed);
        Assert.Equal(50, Read(topic, 50, own).Count);
    }

    [Fact]
    public async Task A_flush_without_a_broker_ends_at_its_deadline_and_says_what_was_not_acknowledged()
    {
        using var own = new MockKafkaFixture();
        var topic = own.CreateTopic(1);
        own.Cluster.BrokerDown();
        Assert.Equal(new ProducerFlushed(0, 0, 50), await Cancelled(topic, Settings(own) with { FlushTimeout = TimeSpan.FromMilliseconds(200) }));
    }

    [Fact]
    public async Task A_stream_that_fails_fails_the_task_with_its_failure_and_flushes_first()
    {
        var topic = kafka.CreateTopic(1);
        var done = Source.Single(Record(topic, 1)).Concat(Source.Failed<ProducerRecord>(new TimeoutException("upstream")))
            .RunWith(KafkaProducer.PlainSink(Settings()), Sys.Materializer());
        Assert.Equal("upstream", (await Assert.ThrowsAsync<TimeoutException>(() => done.WaitAsync(s_deadline))).Message);
        Assert.Single(Read(topic, 1));
    }

    private async Task<ProducerFlushed> Cancelled(string topic, KafkaProducerSettings settings)
    {
        var (flushed, results) = Numbers(topic, 1_000)
            .ViaMaterialized(KafkaProducer.FlexiFlow<int>(settings with { Parallelism = 50 }), Keep.Right)
            .ToMaterialized(this.SinkProbe<ProducerResult<int>>(), Keep.Both).Run(Sys.Materializer());
        results.EnsureSubscription();
        await Poll.UntilAsync(() => _pulled.Count == 50, "all slots are taken");
        results.Cancel();
        return await flushed.WaitAsync(s_deadline);
    }

    private static Flow<ProducerEnvelope<int>, ProducerResult<int>, Task<ProducerFlushed>> Resuming(KafkaProducerSettings settings) =>
        KafkaProducer.FlexiFlow<int>(settings).WithAttributes(ActorAttributes.CreateSupervisionStrategy(Deciders.ResumingDecider));

    private KafkaProducerSettings Settings(MockKafkaFixture? own = null) => new() { BootstrapServers = (own ?? kafka).Bootstrap };

    private Source<ProducerEnvelope<int>, NotUsed> Numbers(string topic, int count) => Source.From(Enumerable.Range(0, count)).Select(i =>
    {
        _pulled.Enqueue(i);
        return ProducerMessage.Single(Record(topic, i), i);
    });

    private static ProducerRecord Record(string topic, int number) => new(topic, Encoding.ASCII.GetBytes($"key-{number % 7}"), Encoding.ASCII.GetBytes($"{number}"));

    /// <summary>Reads until so many are there; all partitions.</summary>
    private List<(int Partition, int Number)> Read(string topic, int count, MockKafkaFixture? own = null)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>((own ?? kafka).ConsumerConfig("reader")).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        consumer.Assign(admin.GetMetadata(topic, s_deadline).Topics.Single().Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, 0)));
        var read = new List<(int, int)>();
        while (read.Count < count && consumer.Consume(s_deadline) is { } result)
        {
            read.Add((result.Partition.Value, int.Parse(result.Message.Value, CultureInfo.InvariantCulture)));
        }

        return read;
    }
}
