using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;

namespace ActorEvents.Benchmarks.Durable;

/// <summary>
/// Every event in the journal, 1,000 keys, against the stock write journal with one Persist an event, and against raw inserts of one row an event. At the end all is read back:
/// once, in order.
/// </summary>
internal static class DurableBenchmark
{
    private const int Keys = 1_000;
    private const int RawBatch = 1_000;
    private const int RawBatches = 20;
    private const int LeftOut = 3;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1.6);

    public static async Task<BenchmarkResult> RunAsync(DurableOptions options)
    {
        await using var databases = await BenchDatabases.StartAsync(options.Journal);
        var (ours, raw) = (await databases.NewAsync("ours"), await databases.NewAsync("raw"));
        await using var node = await BenchNode.StartAsync(ours, b =>
        {
            options.Apply(b.Options);
            b.AddHandler("bench", new Counter(), h => h.StateEvent<Seen>("seen").SnapshotEvery(0));
        });
        await using var stock = await StockJournal.StartAsync(await databases.NewAsync("stock"), Keys);
        await using var inserts = await RawInserts.OpenAsync(raw);
        var (message, ledger) = (new byte[120], new EventLedger());
        var keys = Enumerable.Range(0, RawBatch).Select(k => EventLedger.Spread(k)).ToArray();
        var (size, stockSize) = (new BenchmarkSize(2_000, 400_000, s_round), new BenchmarkSize(2_000, 100_000, s_round));
        var (atFirst, rawAtFirst) = (await databases.SizeAsync(ours), await databases.SizeAsync(raw));
        long? wal = 0;
        var (mine, rawRounds) = (new List<double>(), new List<double>());
        var result = await Alternating.RunAsync(
            "durable", "stock Akka.Persistence.Sql, one Persist an event",
            async () =>
            {
                var before = await databases.SizeAsync(ours);
                var round = size.After(await node.TimeAsync(ledger.Next(size.Next, EventLedger.Spread).Made()));
                wal += (await databases.SizeAsync(ours) - before).WalBytes;
                mine.Add(round.PerSecond);
                return round;
            },
            async () =>
            {
                var rows = await Alternating.TimeAsync(RawBatches * RawBatch, () => Task.Run(() =>
                {
                    for (var i = 0; i < RawBatches; i++)
                    {
                        inserts.Insert(keys, message);
                    }
                }));
                rawRounds.Add(rows.PerSecond);
                var count = stockSize.Next;
                return stockSize.After(await Alternating.TimeAsync(count, () => stock.RunAsync(count, options.InFlight, message)));
            },
            leftOut: LeftOut);
        var rawRows = (double)rawRounds.Count * RawBatches * RawBatch;
        result = result
            .With("ratio_to_raw", Alternating.Median(mine.Zip(rawRounds, (a, b) => a / b).Skip(LeftOut)))
            .With("raw_per_second", Alternating.Median(rawRounds.Skip(LeftOut)))
            .With("rows_per_event", (double)await ledger.ReadBackAsync(node.Journal.Reader) / ledger.Events)
            .With("table_bytes_per_event", (double)(await databases.SizeAsync(ours) - atFirst).TableBytes / ledger.Events)
            .With("raw_table_bytes_per_event", (await databases.SizeAsync(raw) - rawAtFirst).TableBytes / rawRows);
        if (wal is { } written)
        {
            result = result.With("wal_bytes_per_event", (double)written / ledger.Events);
        }

        Say(result);
        return result;
    }

    private static void Say(BenchmarkResult result)
    {
        Progress.Say("durable", $"{result.Ratio:0.00} × stock; every event was read back once and in order");
        foreach (var (name, value) in result.Figures)
        {
            Progress.Say("durable", $"{name.Replace('_', ' ')} {value:N2}");
        }
    }
}
