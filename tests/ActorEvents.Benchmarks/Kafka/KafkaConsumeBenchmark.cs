using ActorEvents.Benchmarks.Servers;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.Kafka;

/// <summary>
/// The Kafka source as a node runs it, without handlers: read, decode, take credits, publish on the EventStream, commit positions. Against a Consume
/// loop with the same client settings, broker and topic. Both from the first record to the last.
/// </summary>
internal static class KafkaConsumeBenchmark
{
    private const string Topic = "bench-consume";

    // 25,000 records a partition of some 130 bytes: below the 5 MiB that the embedded broker keeps.
    public static Task<BenchmarkResult> PlainAsync() => RunAsync("kafka-consume", "raw Consume loop", 400_000, binary: false);

    /// <summary>The same with events in binary mode: six headers, some 150 bytes more.</summary>
    public static Task<BenchmarkResult> BinaryAsync() => RunAsync("kafka-consume-binary", "raw Consume loop that reads the headers", 200_000, binary: true);

    private static async Task<BenchmarkResult> RunAsync(string name, string reference, int records, bool binary)
    {
        await using var broker = await BrokerServer.EmbeddedAsync((Topic, KafkaBench.Partitions));
        KafkaBench.Fill(broker.Bootstrap, Topic, records, binary);
        var folder = Directory.CreateTempSubdirectory("ae-bench-");
        try
        {
            await using var node = await BenchNode.StartAsync(new JournalOptions { SqliteFile = Path.Combine(folder.FullName, "journal.db") }, _ => { });
            var run = 0;
            return await Alternating.RunAsync(
                name, reference,
                () => OursAsync(node, broker.Bootstrap, $"ours-{run++}", records),
                () => Task.Run(() => RawAsync(broker.Bootstrap, $"raw-{run}", records)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Round> OursAsync(BenchNode node, string bootstrap, string name, int records)
    {
        var client = KafkaBench.Consumer(bootstrap, name);
        using var topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        var source = new KafkaEventSource(
            new KafkaSourceOptions
            {
                Name = name,
                Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { [Topic] = new("bench.event", "/bench", "application/octet-stream") },
            },
            client,
            topics);
        var (first, last) = (Signal(), Signal());
        var counter = node.System.ActorOf(Props.Create(() => new EmittedCounter(records, first, last)));
        var group = node.Attach(source);
        await first.Task;
        var round = await Alternating.TimeAsync(records, () => last.Task);
        node.System.Stop(counter);
        await group.GracefulStop(TimeSpan.FromSeconds(20));
        return round;
    }

    private static async Task<Round> RawAsync(string bootstrap, string group, int records)
    {
        using var consumer = KafkaBench.RawConsumer(bootstrap, group);
        consumer.Subscribe(Topic);
        while (consumer.Consume(TimeSpan.FromSeconds(1)) is null)
        {
            // Joining.
        }

        long bytes = 0;
        var round = await Alternating.TimeAsync(records, () =>
        {
            for (var left = records - 1; left > 0;)
            {
                if (consumer.Consume(TimeSpan.FromSeconds(1)) is { } result)
                {
                    bytes += result.Message.Value!.Length;
                    for (var i = 0; i < result.Message.Headers.Count; i++)
                    {
                        bytes += result.Message.Headers[i].Key.Length + result.Message.Headers[i].GetValueBytes().Length;
                    }

                    left--;
                }
            }

            return Task.CompletedTask;
        });
        consumer.Close();
        return round;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
