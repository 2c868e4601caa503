using ActorEvents.Benchmarks.Durable;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Servers;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Sources;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>
/// Kafka → handler → journal (SQLite) → relay → Kafka, against one thread that consumes, inserts a row an event in one transaction per batch, and
/// produces. A backlog waits in a topic of its own each round; the clock runs from the first input read to the last output acknowledged. Afterwards events
/// come at half of the measured rate: the latency is from an event's making to the acknowledgement of what was said about it.
/// </summary>
internal static class EndToEndBenchmark
{
    private const int Rounds = 5, LeftOut = 3;
    private const int Most = 100_000;
    private const string Output = "bench-out";
    private static readonly TimeSpan s_paced = TimeSpan.FromSeconds(3);

    public static async Task<BenchmarkResult> RunAsync()
    {
        (string, int)[] topics = [(Output, KafkaBench.Partitions), .. Enumerable.Range(0, Rounds + LeftOut).SelectMany(r => new[] { ($"ours-{r}", KafkaBench.Partitions), ($"raw-{r}", KafkaBench.Partitions) }), ("paced", KafkaBench.Partitions)];
        await using var broker = await BrokerServer.RealOrEmbeddedAsync(topics);
        Console.Error.WriteLine($"end-to-end: {broker.Name}");
        var folder = Directory.CreateTempSubdirectory("ae-bench-");
        try
        {
            var client = new KafkaClientOptions { BootstrapServers = broker.Bootstrap };
            using var admin = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
            var outputs = new CountingDestination(new KafkaDestination(client, admin, RecordMapping.DefaultMaxEventBytes, TimeProvider.System, NullLogger.Instance));
            await using var node = await BenchNode.StartAsync(
                new JournalOptions { SqliteFile = Path.Combine(folder.FullName, "ours.db") },
                b => b.AddHandler("bench", new Forwarder(Output), h => h.StateEvent<Seen>("seen").SnapshotEvery(0)),
                () => outputs);
            await using var rows = await RawInserts.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(folder.FullName, "raw.db") });
            using var raw = new RawPipeline(broker.Bootstrap, Output, rows);
            var (ours, theirs) = (new BenchmarkSize(2_000, Most, TimeSpan.FromSeconds(1.2)), new BenchmarkSize(2_000, Most, TimeSpan.FromSeconds(1.2)));
            var (mine, other) = (0, 0);
            var result = await Alternating.RunAsync(
                "end-to-end", "raw consume + batched insert + produce, one thread",
                async () => ours.After(await OursAsync(node, outputs, broker.Bootstrap, $"ours-{mine++}", ours.Next)),
                async () => theirs.After(await raw.RunAsync($"raw-{other++}", theirs.Next)),
                Rounds,
                LeftOut);
            var (p50, p99) = await LatencyAsync(node, outputs, broker.Bootstrap, result.EventsPerSecond / 2);
            return result with { P50Ms = p50, P99Ms = p99 };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Round> OursAsync(BenchNode node, CountingDestination outputs, string bootstrap, string topic, int events)
    {
        KafkaBench.Fill(bootstrap, topic, events);
        using var topics = new KafkaTopics(KafkaBench.Consumer(bootstrap, topic), TimeProvider.System, NullLogger.Instance);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = outputs.Expect(events);
        var counter = node.System.ActorOf(Props.Create(() => new EmittedCounter(events, first, new TaskCompletionSource())));
        var group = node.Attach(Source(bootstrap, topic, topics));
        await first.Task;
        var round = await Alternating.TimeAsync(events, () => last);
        node.System.Stop(counter);
        await group.GracefulStop(TimeSpan.FromSeconds(20));
        return round;
    }

    /// <summary>Bursts of a millisecond's worth; what the producer cannot keep up with shows as a lower rate, not as a lower latency.</summary>
    private static async Task<(double P50, double P99)> LatencyAsync(BenchNode node, CountingDestination outputs, string bootstrap, double rate)
    {
        using var topics = new KafkaTopics(KafkaBench.Consumer(bootstrap, "paced"), TimeProvider.System, NullLogger.Instance);
        var events = (int)(rate * s_paced.TotalSeconds);
        var group = node.Attach(Source(bootstrap, "paced", topics));

        // The group has joined when something has come through.
        var joined = outputs.Expect(100);
        KafkaBench.Fill(bootstrap, "paced", 100);
        await joined;
        var last = outputs.Expect(events, latencies: true);
        var start = TimeProvider.System.GetTimestamp();
        using (var producer = KafkaBench.RawProducer(bootstrap))
        {
            for (var sent = 0; sent < events;)
            {
                var due = Math.Min(events, (int)(rate * TimeProvider.System.GetElapsedTime(start).TotalSeconds));
                for (; sent < due; sent++)
                {
                    KafkaBench.ProduceWaiting(producer, "paced", KafkaBench.Stamped(sent), null);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }

            producer.Flush(TimeSpan.FromSeconds(10));
            await last;
        }

        var (p50, p99) = outputs.Percentiles();
        Console.Error.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"end-to-end: {rate:N0}/s wanted, {events / TimeProvider.System.GetElapsedTime(start).TotalSeconds:N0}/s came: p50 {p50} ms, p99 {p99} ms"));
        await IdleAsync(outputs, bootstrap);
        await group.GracefulStop(TimeSpan.FromSeconds(20));
        return (p50, p99);
    }

    /// <summary>One event at a time, from its produce call to the acknowledgement of what was said about it: append to acknowledgement is a part of this.</summary>
    private static async Task IdleAsync(CountingDestination outputs, string bootstrap)
    {
        using var producer = KafkaBench.RawProducer(bootstrap);
        for (var i = 0; i < 100; i++)
        {
            var one = outputs.Expect(1, latencies: true);
            KafkaBench.ProduceWaiting(producer, "paced", KafkaBench.Stamped(i), null);
            await one;
        }

        var (p50, p99) = outputs.Percentiles();
        Console.Error.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"end-to-end, one event at a time: p50 {p50} ms, p99 {p99} ms"));
    }

    private static KafkaEventSource Source(string bootstrap, string topic, KafkaTopics topics) => new(
        new KafkaSourceOptions
        {
            Name = topic,
            Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { [topic] = new("bench.event", "/bench", "application/octet-stream") },
        },
        KafkaBench.Consumer(bootstrap, topic),
        topics);
}
