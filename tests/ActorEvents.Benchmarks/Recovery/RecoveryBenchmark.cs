using System.Globalization;
using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;
using ActorEvents.Hosting;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Recovery;

/// <summary>Many entities with a few rows each; the node stops and starts, and one event comes for each entity, so that all of them recover: how many a second, how long an event waits.</summary>
internal static class RecoveryBenchmark
{
    private const int EventsEach = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static async Task<BenchmarkResult> RunAsync(JournalProvider journal, int entities)
    {
        await using var databases = await BenchDatabases.StartAsync(journal);
        var database = await databases.NewAsync("ours");
        var ledger = new EventLedger();
        await using (var node = await BenchNode.StartAsync(database, b => Configure(b, eventsInRow: 1)))
        {
            var written = await node.TimeAsync(ledger.Next(entities * EventsEach, number => Key(number / EventsEach)));
            Progress.Say("recovery", $"{entities:N0} entities with {EventsEach} rows each were written in {written.Elapsed.TotalSeconds:0.0} s");
        }

        await using (var node = await BenchNode.StartAsync(database, b => Configure(b, eventsInRow: null)))
        {
            var waits = new WaitTimes(entities);
            var round = await Alternating.TimeAsync(entities, async () =>
            {
                var wakeUp = ledger.Next(entities, number => Key(number - ((long)entities * EventsEach)));
                node.Attach(new WakeUpSource(wakeUp, waits));
                await Task.WhenAny(waits.All, Task.Delay(s_patience, TimeProvider.System, CancellationToken.None));
            });
            if (waits.Missing is > 0 and var silent)
            {
                throw new BenchmarkFailedException(string.Create(
                    CultureInfo.InvariantCulture, $"recovery: {silent} of {entities} entities did not answer within {s_patience.TotalMinutes:0} minutes."));
            }

            await ledger.ReadBackAsync(node.Journal.Reader);
            return new BenchmarkResult { Name = "recovery", EventsPerSecond = Math.Round(round.PerSecond * EventsEach) }
                .With("entities_per_second", round.PerSecond)
                .With("seconds", round.Elapsed.TotalSeconds)
                .With("p50_ms", waits.Percentile(0.50))
                .With("p99_ms", waits.Percentile(0.99))
                .With("longest_ms", waits.Percentile(1));
        }
    }

    private static string Key(long entity) => string.Create(CultureInfo.InvariantCulture, $"entity-{entity}");

    private static void Configure(ActorEventsBuilder builder, int? eventsInRow)
    {
        builder.Options.Delivery.MaxEvents = eventsInRow ?? builder.Options.Delivery.MaxEvents;
        builder.AddHandler("bench", new Counter(), h => h.StateEvent<Seen>("seen"));
    }
}
