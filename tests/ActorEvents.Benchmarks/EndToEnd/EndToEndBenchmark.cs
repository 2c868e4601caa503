using ActorEvents.Benchmarks.Journals;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Latency;
using ActorEvents.Benchmarks.Servers;
using ActorEvents.Journal;
using Akka.Actor;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>
/// Kafka → handler → journal → relay → Kafka, against one thread that consumes, inserts a row an event in one transaction per batch, and
/// produces. A backlog waits in a topic of its own each round; the clock runs from the first input read to the last output acknowledged. Afterwards events
/// come at half of the measured rate: the latency is from an event's making to the acknowledgement of what was said about it.
/// </summary>
internal static class EndToEndBenchmark
{
    private const int Rounds = 5, LeftOut = 3;
    private const int Most = 100_000;
    private const string Output = "bench-out", Paced = "paced";
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1.2), s_paced = TimeSpan.FromSeconds(3);

    public static async Task<BenchmarkResult> RunAsync(JournalProvider journal, bool flushEach)
    {
        var inputs = Enumerable.Range(0, Rounds + LeftOut).SelectMany(r => new[] { $"ours-{r}", $"raw-{r}" });
        await using var broker = await BrokerServer.RealOrEmbeddedAsync(flushEach, [.. inputs.Append(Output).Append(Paced).Select(t => (t, KafkaBench.Partitions))]);
        await using var databases = await BenchDatabases.StartAsync(journal);
        Progress.Say("end-to-end", $"{broker.Name}, {journal}");
        await using var path = await KafkaPath.StartAsync(broker.Bootstrap, await databases.NewAsync("ours"), Output);
        await using var rows = await RawInserts.OpenAsync(await databases.NewAsync("raw"));
        using var raw = new RawPipeline(broker.Bootstrap, Output, rows);
        var (ours, theirs) = (new BenchmarkSize(2_000, Most, s_round), new BenchmarkSize(2_000, Most, s_round));
        var (mine, other) = (0, 0);
        var result = await Alternating.RunAsync(
            "end-to-end", "raw consume + batched insert + produce, one thread",
            async () => ours.After(await OursAsync(path, broker.Bootstrap, $"ours-{mine++}", ours.Next)),
            async () => theirs.After(await raw.RunAsync($"raw-{other++}", theirs.Next)),
            Rounds,
            LeftOut);
        var latency = await LatencyAsync(path, broker.Bootstrap, result.EventsPerSecond / 2);
        return result.With("p50_ms", latency.P50).With("p99_ms", latency.P99);
    }

    private static async Task<Round> OursAsync(KafkaPath path, string bootstrap, string topic, int events)
    {
        KafkaBench.Fill(bootstrap, topic, events);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = path.Outputs.Expect(events);
        var counter = path.Node.System.ActorOf(Props.Create(() => new EmittedCounter(events, first, new TaskCompletionSource())));
        var group = path.Attach(topic);
        await first.Task;
        var round = await Alternating.TimeAsync(events, () => last);
        path.Node.System.Stop(counter);
        await BenchNode.StopAsync(group);
        return round;
    }

    private static async Task<Percentiles> LatencyAsync(KafkaPath path, string bootstrap, double rate)
    {
        var group = path.Attach(Paced);
        using var probe = new LatencyProbe(bootstrap, Paced, path.Outputs);
        await probe.JoinAsync();
        var (latency, perSecond) = await probe.PacedAsync(rate, s_paced);
        Progress.Say("end-to-end", $"{rate:N0}/s wanted, {perSecond:N0}/s came: {latency}");
        Progress.Say("end-to-end", $"one event at a time: {await probe.OneAtATimeAsync(100)}");
        await BenchNode.StopAsync(group);
        return latency;
    }
}
