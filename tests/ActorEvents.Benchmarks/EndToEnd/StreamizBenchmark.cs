using ActorEvents.Benchmarks.Journals;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Servers;
using ActorEvents.Journal;
using Akka.Actor;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>
/// The same job as <see cref="EndToEndBenchmark"/>, count by key and every event on to an output topic, against Streamiz exactly once in its own process (state in memory, changelog in
/// Kafka). A real Kafka that flushes each batch, a journal that flushes each commit. A backlog waits in a topic of its own each round; the clock runs from the first input
/// read until a reader of the output topic (read_committed) has all of it. Its count is checked for repeats.
/// </summary>
internal static class StreamizBenchmark
{
    private const int Rounds = 4, LeftOut = 3;
    private const int Most = 150_000;

    /// <summary>A task each, with a transactional producer of its own: more of them slow Streamiz down.</summary>
    private const int Partitions = 4;

    private const string Output = "bench-out";
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(2.5), s_patience = TimeSpan.FromSeconds(60);

    public static async Task<BenchmarkResult> RunAsync(JournalProvider journal)
    {
        var inputs = Enumerable.Range(0, Rounds + LeftOut).SelectMany(r => new[] { $"ours-{r}", $"streamiz-{r}" });
        await using var broker = await BrokerServer.RealOrEmbeddedAsync(flushEach: true, [.. inputs.Append(Output).Select(t => (t, Partitions))]);
        if (!broker.IsReal)
        {
            throw new BenchmarkFailedException("Streamiz needs a real Kafka: set KAFKA_HOME to the folder of its start script.");
        }

        await using var databases = await BenchDatabases.StartAsync(journal);
        await using var path = await KafkaPath.StartAsync(broker.Bootstrap, await databases.NewAsync("ours"), Output);
        await using var streamiz = StreamizProcess.Start(broker.Bootstrap, Output);
        await using var outputs = new CommittedOutputs(broker.Bootstrap, Output);
        var (ours, theirs) = (new BenchmarkSize(5_000, Most, s_round), new BenchmarkSize(5_000, Most, s_round));
        var (mine, other, total) = (0, 0, 0L);
        Progress.Say("end-to-end", $"{broker.Name} with a flush of each batch, {journal}, against Streamiz");
        return await Alternating.RunAsync(
            "end-to-end-streamiz", "Streamiz.Kafka.Net exactly once",
            async () => ours.After(await OursAsync($"ours-{mine++}", ours.Next)),
            async () => theirs.After(await StreamizAsync($"streamiz-{other++}", theirs.Next)),
            Rounds,
            LeftOut);

        async Task<Round> OursAsync(string topic, int events)
        {
            KafkaBench.Fill(broker.Bootstrap, topic, events);
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var counter = path.Node.System.ActorOf(Props.Create(() => new EmittedCounter(events, first, new TaskCompletionSource())));
            GC.Collect();
            var group = path.Attach(topic);
            await first.Task;
            var round = await UntilOutAsync(topic, events);
            path.Node.System.Stop(counter);
            await BenchNode.StopAsync(group);
            NoMore(topic);
            return round;
        }

        async Task<Round> StreamizAsync(string topic, int events)
        {
            KafkaBench.Fill(broker.Bootstrap, topic, events);
            await streamiz.BeginAsync(topic);
            var round = await UntilOutAsync(topic, events);
            await streamiz.EndAsync();
            NoMore(topic);
            return round;
        }

        async Task<Round> UntilOutAsync(string topic, int events)
        {
            var (start, before) = (TimeProvider.System.GetTimestamp(), GC.GetTotalAllocatedBytes());
            total += events;
            var all = outputs.UntilAsync(total);
            if (await Task.WhenAny(all, Task.Delay(s_patience, TimeProvider.System)) != all)
            {
                throw new BenchmarkFailedException($"{topic}: {total - outputs.Count} of {events} outputs are missing after {s_patience.TotalSeconds:0} s.");
            }

            return new Round(events, TimeProvider.System.GetElapsedTime(start), GC.GetTotalAllocatedBytes() - before);
        }

        void NoMore(string topic)
        {
            if (outputs.Count > total)
            {
                throw new BenchmarkFailedException($"{topic}: {outputs.Count - total} outputs came twice.");
            }
        }
    }
}
