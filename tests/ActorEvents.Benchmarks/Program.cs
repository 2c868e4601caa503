using System.Text.Json;
using ActorEvents.Benchmarks;
using ActorEvents.Benchmarks.Durable;

var benchmarks = new Dictionary<string, Func<Task<BenchmarkResult>>>(StringComparer.Ordinal)
{
    ["in-memory"] = InMemoryBenchmark.RunAsync,
    ["durable"] = DurableBenchmark.SqliteAsync,
    ["durable-postgresql"] = DurableBenchmark.PostgreSqlAsync,
};
if (args.Length != 1 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Which benchmark? One of: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

var result = await benchmark();
Console.WriteLine(JsonSerializer.Serialize(result));
return 0;
