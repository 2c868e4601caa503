using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;
using ActorEvents.Handlers;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.InMemory;

/// <summary>
/// Source → EventStream → subscription → handler without journal → settle, against a bare shard region: tell and acknowledge, as many in flight. The region has several speeds, which
/// last for seconds and change by themselves: on two threads its mailboxes are either filled ahead or passed from core to core message by message, at more than twice the CPU time.
/// On one thread it is often faster than on two. So each round runs it both ways, and the faster one counts.
/// </summary>
internal static class InMemoryBenchmark
{
    private const int Events = 1_500_000;
    private const int InFlight = 8_192;

    public static async Task<BenchmarkResult> RunAsync()
    {
        await using var databases = await BenchDatabases.StartAsync(JournalProvider.Sqlite);
        await using var node = await BenchNode.StartAsync(
            await databases.NewAsync("ours"),
            b =>
            {
                // The end of a round is a commit: what it waits for is no work of the path.
                b.Options.Flow.CommitInterval = TimeSpan.FromMilliseconds(20);
                b.AddHandler("bench", new VolatileCounter(), h => h.WithDurability(Durability.None).StateEvent<Seen>("seen"));
            });
        await using var pool = await BareRegion.StartAsync("bare-pool", oneThread: false);
        await using var thread = await BareRegion.StartAsync("bare-thread", oneThread: true);
        var ledger = new EventLedger();
        return await Alternating.RunAsync(
            "in-memory", "bare shard region, tell + ack, on one thread or on the pool",
            () => node.TimeAsync(ledger.Next(Events, EventLedger.Spread).Made()),
            async () =>
            {
                var (onPool, onThread) = (await pool.TimeAsync(Events, InFlight), await thread.TimeAsync(Events, InFlight));
                Progress.Say("in-memory", $"bare region on the pool {onPool.PerSecond:N0}/s, on one thread {onThread.PerSecond:N0}/s");
                return onPool.PerSecond > onThread.PerSecond ? onPool : onThread;
            });
    }
}
