using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Durable;

/// <summary>Every event in the journal, over keys that are hard to handle, against 1,000 keys in turn on the same node. At the end all is read back: once, in order.</summary>
internal static class KeysBenchmark
{
    private const int LeftOut = 2;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(2);

    /// <summary>All events have one key.</summary>
    public static Task<BenchmarkResult> HotKeyAsync(JournalProvider journal) => RunAsync("hot-key", journal, _ => "hot");

    /// <summary>Every tenth event has a key that no event had before.</summary>
    public static Task<BenchmarkResult> ChurnAsync(JournalProvider journal) =>
        RunAsync("churn", journal, number => number % 10 == 0 ? FormattableString.Invariant($"new-{number}") : EventLedger.Spread(number));

    private static async Task<BenchmarkResult> RunAsync(string name, JournalProvider journal, Func<long, string> keyOf)
    {
        await using var databases = await BenchDatabases.StartAsync(journal);
        await using var node = await BenchNode.StartAsync(
            await databases.NewAsync("ours"), b => b.AddHandler("bench", new Counter(), h => h.StateEvent<Seen>("seen").SnapshotEvery(0)));
        var ledger = new EventLedger();
        var (size, spreadSize) = (new BenchmarkSize(2_000, 400_000, s_round), new BenchmarkSize(2_000, 400_000, s_round));
        var result = await Alternating.RunAsync(
            name, "1,000 keys in turn",
            async () => size.After(await node.TimeAsync(ledger.Next(size.Next, keyOf).Made())),
            async () => spreadSize.After(await node.TimeAsync(ledger.Next(spreadSize.Next, EventLedger.Spread).Made())),
            leftOut: LeftOut);
        return result.With("rows_per_event", (double)await ledger.ReadBackAsync(node.Journal.Reader) / ledger.Events);
    }
}
