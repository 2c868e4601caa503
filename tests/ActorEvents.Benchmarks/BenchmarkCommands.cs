using System.CommandLine;
using System.Text.Json;
using ActorEvents.Benchmarks.Durable;
using ActorEvents.Benchmarks.EndToEnd;
using ActorEvents.Benchmarks.Growth;
using ActorEvents.Benchmarks.InMemory;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Latency;
using ActorEvents.Benchmarks.Recovery;
using ActorEvents.Journal;

namespace ActorEvents.Benchmarks;

/// <summary>The command line: a benchmark by its name, with its options.</summary>
internal static class BenchmarkCommands
{
    private static readonly Option<JournalProvider> s_journal = new("--journal")
    {
        Description = "Database of the journal.",
        HelpName = "sqlite|postgres",
        DefaultValueFactory = _ => JournalProvider.Sqlite,
        CustomParser = result => result.Tokens[0].Value switch
        {
            "sqlite" => JournalProvider.Sqlite,
            "postgres" => JournalProvider.Postgresql,
            var other => Wrong(result, $"--journal is '{other}'; it is sqlite or postgres."),
        },
    };

    private static readonly Option<bool> s_flush = new("--flush")
    {
        Description = "A real Kafka has each batch on the disk before it acknowledges it (log.flush.interval.messages=1).",
    };

    public static RootCommand All()
    {
        var inFlight = Number("--in-flight", "Events under way at most, on both sides.", 5_000, least: 1, most: 1_000_000);
        var perKey = new Option<int?>("--in-flight-per-key") { Description = "Events of a key in one list at most: 1, and no two events share a row. Default: as a node has it." };
        perKey.Validators.Add(o => Between(o, o.Tokens.Count > 0 ? o.GetValueOrDefault<int?>() : null, 1, 65_536));
        var entities = Number("--entities", "How many recover.", 100_000, least: 100, most: 10_000_000);
        var events = Number("--events", "How many are written.", 10_000_000, least: 100_000, most: 2_000_000_000);
        var against = new Option<string>("--against") { Description = "One thread that consumes, inserts and produces, or Streamiz exactly once (a real Kafka, --flush).", DefaultValueFactory = _ => "raw" };
        against.AcceptOnlyFromAmong("raw", "streamiz");
        return new RootCommand("Measures this node's parts against what they are made of. What happens stands on standard error; the last line is one JSON object.")
        {
            Benchmark("in-memory", "Source to settled without a journal, against a bare shard region.", _ => InMemoryBenchmark.RunAsync()),
            Benchmark(
                "durable", "Every event in the journal, against the stock write journal and raw inserts; all is read back.",
                a => DurableBenchmark.RunAsync(new DurableOptions(a.GetValue(s_journal), a.GetValue(inFlight), a.GetValue(perKey))), s_journal, inFlight, perKey),
            Benchmark("hot-key", "Durable, all events of one key, against 1,000 keys; all is read back.", a => KeysBenchmark.HotKeyAsync(a.GetValue(s_journal)), s_journal),
            Benchmark("churn", "Durable, every tenth event of a new key, against 1,000 keys; all is read back.", a => KeysBenchmark.ChurnAsync(a.GetValue(s_journal)), s_journal),
            Benchmark(
                "recovery", "One event for each of many entities after a restart.", a => RecoveryBenchmark.RunAsync(a.GetValue(s_journal), a.GetValue(entities)), s_journal, entities),
            Benchmark(
                "growth", "Many events into one journal, a tenth at a time, against the first tenth; all is read back.",
                a => GrowthBenchmark.RunAsync(a.GetValue(s_journal), a.GetValue(events)), s_journal, events),
            Benchmark("kafka-consume", "The Kafka source, against a raw Consume loop.", _ => KafkaConsumeBenchmark.PlainAsync()),
            Benchmark("kafka-consume-binary", "The same with events in binary mode.", _ => KafkaConsumeBenchmark.BinaryAsync()),
            Benchmark("kafka-produce", "The Akka.Streams stage, against a raw Produce loop.", _ => KafkaProduceBenchmark.StageAsync()),
            Benchmark("kafka-relay", "The relay's destination, against a raw Produce loop.", _ => KafkaProduceBenchmark.RelayAsync()),
            Benchmark(
                "latency", "From a produce call to the acknowledgement on the output topic: one at a time, and paced.",
                a => LatencyBenchmark.RunAsync(a.GetValue(s_journal), a.GetValue(s_flush)), s_journal, s_flush),
            Benchmark(
                "end-to-end", "Kafka to Kafka by the journal, against what else does the job.",
                a => a.GetValue(against) == "streamiz" ? StreamizBenchmark.RunAsync(a.GetValue(s_journal)) : EndToEndBenchmark.RunAsync(a.GetValue(s_journal), a.GetValue(s_flush)),
                s_journal, s_flush, against),
        };
    }

    private static Command Benchmark(string name, string description, Func<ParseResult, Task<BenchmarkResult>> run, params Option[] options)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (arguments, _) => Console.WriteLine(JsonSerializer.Serialize(await run(arguments))));
        return command;
    }

    private static Option<int> Number(string name, string description, int value, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(o => Between(o, o.GetValueOrDefault<int>(), least, most));
        return option;
    }

    private static void Between(System.CommandLine.Parsing.OptionResult option, int? value, int least, int most)
    {
        if (value < least || value > most)
        {
            option.AddError(FormattableString.Invariant($"{option.Option.Name} is {value}; it is {least} to {most}."));
        }
    }

    private static JournalProvider Wrong(System.CommandLine.Parsing.ArgumentResult result, string why)
    {
        result.AddError(why);
        return default;
    }
}
