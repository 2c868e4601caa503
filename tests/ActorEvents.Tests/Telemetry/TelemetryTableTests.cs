using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using ActorEvents.Hosting;
using ActorEvents.Telemetry;

namespace ActorEvents.Tests.Telemetry;

/// <summary>The table that users read has every instrument, and nothing else.</summary>
public sealed class TelemetryTableTests
{
    [Fact]
    public void The_table_of_metrics_is_what_the_library_has()
    {
        var instruments = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (i, _) => Note(instruments, i) };
        listener.Start();
        Metrics.Sent("test", "none", 0, 0);

        var rows = Rows("## Metrics").Select(r => $"{r[0]} {r[1]} {r[2]}").Order(StringComparer.Ordinal);

        Assert.Equal(instruments, rows);
        Assert.True(instruments.Count > 10);
    }

    private static void Note(SortedSet<string> instruments, Instrument instrument)
    {
        if (instrument.Meter.Name == ActorEventsHosting.MeterName)
        {
            var kind = instrument.GetType().Name is var type && type.Contains("Gauge", StringComparison.Ordinal) ? "gauge"
                : type.Contains("Histogram", StringComparison.Ordinal) ? "histogram" : "counter";
            lock (instruments)
            {
                instruments.Add($"`{instrument.Name}` {kind} `{instrument.Unit}`");
            }
        }
    }

    private static IEnumerable<string[]> Rows(string heading, [CallerFilePath] string here = "")
    {
        var readme = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", "ActorEvents", "Telemetry", "README.md");
        var section = File.ReadAllText(readme).Split(heading + "\n")[1].Split("\n## ")[0];
        return section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..^1]);
    }
}
