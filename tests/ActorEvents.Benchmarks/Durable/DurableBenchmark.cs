using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Tests.Journal;

namespace ActorEvents.Benchmarks.Durable;

/// <summary>Every event in the journal, 1,000 keys, 5,000 in flight, against the stock write journal with one Persist an event; raw batched inserts on standard error.</summary>
internal static class DurableBenchmark
{
    private const int Keys = 1_000;
    private const int InFlight = 5_000;
    private const int RawBatch = 1_000;
    private const int RawBatches = 20;
    private const int LeftOut = 3;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1.6);

    public static async Task<BenchmarkResult> SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ae-bench-");
        try
        {
            return await RunAsync("durable", name => Task.FromResult(new JournalOptions { SqliteFile = Path.Combine(folder.FullName, name + ".db") }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static async Task<BenchmarkResult> PostgreSqlAsync()
    {
        await using var server = await PostgresServer.StartAsync();
        return await RunAsync(
            "durable-postgresql",
            async name => new JournalOptions { Provider = JournalProvider.Postgresql, ConnectionString = (await server.NewDatabaseAsync(name)).ToString() });
    }

    private static async Task<BenchmarkResult> RunAsync(string name, Func<string, Task<JournalOptions>> database)
    {
        var message = new byte[120];
        await using var node = await BenchNode.StartAsync(await database("ours"), b =>
        {
            b.Options.Flow.MaxEvents = InFlight;
            b.AddHandler("bench", new Counter(), h => h.StateEvent<Seen>("seen").SnapshotEvery(0));
        });
        await using var stock = await StockJournal.StartAsync(await database("stock"), Keys);
        await using var raw = await RawInserts.OpenAsync(await database("raw"));
        var keys = Enumerable.Range(0, RawBatch).Select(k => $"key-{k % Keys}").ToArray();
        var (ours, theirs) = (new BenchmarkSize(2_000, 400_000, s_round), new BenchmarkSize(2_000, 100_000, s_round));
        var rawRounds = new List<double>();
        var run = 0;
        var result = await Alternating.RunAsync(
            name, "stock Akka.Persistence.Sql, one Persist an event",
            async () =>
            {
                var (stream, events) = BenchNode.Make(ours.Next, Keys, run++);
                return ours.After(await node.TimeAsync(events, stream));
            },
            async () =>
            {
                var rows = await Alternating.TimeAsync(RawBatches * RawBatch, () => Task.Run(() =>
                {
                    for (var i = 0; i < RawBatches; i++)
                    {
                        raw.Insert(keys, message);
                    }
                }));
                rawRounds.Add(rows.PerSecond);
                var count = theirs.Next;
                return theirs.After(await Alternating.TimeAsync(count, () => stock.RunAsync(count, InFlight, message)));
            },
            leftOut: LeftOut);
        var inserts = Alternating.Median(rawRounds.Skip(LeftOut));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}: raw inserts of one row an event, {RawBatch} a transaction: {inserts:N0}/s; ours is {result.EventsPerSecond / inserts:0.00} of it"));
        return result;
    }
}
