using System.Diagnostics;
using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Growth;

/// <summary>
/// Many events over 1,000 keys into one journal, a tenth at a time: whether the rate falls and memory grows while the journal does. At the end all is read back: once, in order.
/// </summary>
internal static class GrowthBenchmark
{
    private const int Parts = 10;
    private const double MiB = 1 << 20;

    /// <summary>So that the first tenth is not the one in which the code is compiled.</summary>
    private const int WarmUp = 200_000;

    public static async Task<BenchmarkResult> RunAsync(JournalProvider journal, int events)
    {
        await using var databases = await BenchDatabases.StartAsync(journal);
        var database = await databases.NewAsync("ours");
        await using var node = await BenchNode.StartAsync(database, b => b.AddHandler("bench", new Counter(), h => h.StateEvent<Seen>("seen")));
        var ledger = new EventLedger();
        await node.TimeAsync(ledger.Next(WarmUp, EventLedger.Spread));
        var (rates, memory) = (new List<double>(), new List<double>());
        for (var part = 1; part <= Parts; part++)
        {
            var round = await node.TimeAsync(ledger.Next(events / Parts, EventLedger.Spread));
            using var process = Process.GetCurrentProcess();
            rates.Add(round.PerSecond);
            memory.Add(process.WorkingSet64 / MiB);
            var size = await databases.SizeAsync(database);
            Progress.Say(
                "growth",
                $"tenth {part}: {round.PerSecond:N0}/s; process {memory[^1]:N0} MiB, of it {GC.GetTotalMemory(forceFullCollection: true) / MiB:N0} MiB of live objects; database {size.TableBytes / MiB:N0} MiB");
        }

        var start = TimeProvider.System.GetTimestamp();
        var rows = await ledger.ReadBackAsync(node.Journal.Reader);
        return new BenchmarkResult
        {
            Name = "growth",
            EventsPerSecond = Math.Round(Parts / rates.Sum(r => 1 / r)),
            Reference = "the first tenth",
            ReferencePerSecond = Math.Round(rates[0]),
            Ratio = Math.Round(rates.Min() / rates[0], 3),
        }
            .With("read_back_per_second", ledger.Events / TimeProvider.System.GetElapsedTime(start).TotalSeconds)
            .With("rows_per_event", (double)rows / ledger.Events)
            .With("first_memory_mib", memory[0])
            .With("last_memory_mib", memory[^1])
            .With("database_mib", (await databases.SizeAsync(database)).TableBytes / MiB);
    }
}
