using System.Text.Json;
using ActorEvents.Benchmarks;
using ActorEvents.Benchmarks.Durable;
using ActorEvents.Benchmarks.EndToEnd;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Kafka.Embedded;

if (args is ["broker", .. var rest])
{
    return await EmbeddedBrokerCommand.RunAsync(rest, CancellationToken.None);
}

var benchmarks = new Dictionary<string, Func<Task<BenchmarkResult>>>(StringComparer.Ordinal)
{
    ["in-memory"] = InMemoryBenchmark.RunAsync,
    ["durable"] = DurableBenchmark.SqliteAsync,
    ["durable-postgresql"] = DurableBenchmark.PostgreSqlAsync,
    ["kafka-consume"] = KafkaConsumeBenchmark.PlainAsync,
    ["kafka-consume-binary"] = KafkaConsumeBenchmark.BinaryAsync,
    ["kafka-produce"] = KafkaProduceBenchmark.StageAsync,
    ["kafka-relay"] = KafkaProduceBenchmark.RelayAsync,
    ["end-to-end"] = EndToEndBenchmark.RunAsync,
};
if (args.Length != 1 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Which benchmark? One of: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

var result = await benchmark();
Console.WriteLine(JsonSerializer.Serialize(result));
return 0;
