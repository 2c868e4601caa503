using ActorEvents.Benchmarks.EndToEnd;
using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Journals;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Servers;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Latency;

/// <summary>
/// From an event's produce call to the acknowledgement of what was said about it on the output topic: Kafka → handler → journal → relay → Kafka. One at a time, paced, and at half of
/// what comes through at most. Beside it what one committed insert takes by itself on the same database, which is mostly the wait for the disk.
/// </summary>
internal static class LatencyBenchmark
{
    private const string Input = "bench-in", Output = "bench-out";
    private const int LoneEvents = 500, LoneInserts = 200, Backlog = 60_000;
    private static readonly TimeSpan s_paced = TimeSpan.FromSeconds(5);

    public static async Task<BenchmarkResult> RunAsync(JournalProvider journal, bool flushEach)
    {
        await using var broker = await BrokerServer.RealOrEmbeddedAsync(flushEach, (Input, KafkaBench.Partitions), (Output, KafkaBench.Partitions));
        await using var databases = await BenchDatabases.StartAsync(journal);
        Progress.Say("latency", $"{broker.Name}, {journal}");
        var insert = await LoneInsertAsync(await databases.NewAsync("raw"));
        var stages = new StageTimes(new LatencySamples(), new LatencySamples());
        await using var path = await KafkaPath.StartAsync(broker.Bootstrap, await databases.NewAsync("ours"), Output, stages);
        var group = path.Attach(Input);
        using var probe = new LatencyProbe(broker.Bootstrap, Input, path.Outputs);
        await probe.JoinAsync();
        stages.Take();
        var lone = await probe.OneAtATimeAsync(LoneEvents);
        var (decided, relayed) = stages.Take();
        Progress.Say("latency", $"one at a time, within seconds of the start: {lone}; decided after: {decided}; durable and read by the relay after: {relayed}; a lone committed insert: {insert}");
        var result = new BenchmarkResult { Name = "latency", EventsPerSecond = Math.Round(1_000 / lone.P50) }
            .With("one_p50_ms", lone.P50).With("one_p99_ms", lone.P99)
            .With("one_decided_p50_ms", decided.P50).With("one_relayed_p50_ms", relayed.P50)
            .With("insert_p50_ms", insert.P50).With("insert_p99_ms", insert.P99)
            .With("insert_share", insert.P50 / lone.P50);
        result = await PacedAsync(result, probe, "paced_2000", 2_000);
        result = await PacedAsync(result, probe, "paced_10000", 10_000);
        var maximum = await probe.MaximumAsync(Backlog);
        Progress.Say("latency", $"at most {maximum:N0}/s come through");
        result = await PacedAsync(result.With("maximum_per_second", Math.Round(maximum)), probe, "half", maximum / 2);
        var warm = await probe.OneAtATimeAsync(LoneEvents);
        Progress.Say("latency", $"one at a time again, now that all is compiled: {warm}");
        await BenchNode.StopAsync(group);
        return result.With("warm_one_p50_ms", warm.P50).With("warm_one_p99_ms", warm.P99);
    }

    private static async Task<BenchmarkResult> PacedAsync(BenchmarkResult result, LatencyProbe probe, string name, double rate)
    {
        var (latency, perSecond) = await probe.PacedAsync(rate, s_paced);
        Progress.Say("latency", $"{rate:N0}/s wanted, {perSecond:N0}/s came through: {latency}");
        return result.With(name + "_p50_ms", latency.P50).With(name + "_p99_ms", latency.P99).With(name + "_per_second", Math.Round(perSecond));
    }

    private static async Task<Percentiles> LoneInsertAsync(JournalOptions database)
    {
        await using var raw = await RawInserts.OpenAsync(database);
        var (samples, message) = (new LatencySamples(), new byte[KafkaBench.ValueBytes + 20]);
        for (var i = 0; i < LoneInserts; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            raw.Insert([EventLedger.Spread(i)], message);
            samples.Add(TimeProvider.System.GetElapsedTime(start));
        }

        return samples.Take();
    }
}
