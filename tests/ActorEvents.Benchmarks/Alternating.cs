namespace ActorEvents.Benchmarks;

/// <summary>One timed run.</summary>
public readonly record struct Round(int Events, TimeSpan Elapsed, long AllocatedBytes)
{
    public double PerSecond => Events / Elapsed.TotalSeconds;
}

/// <summary>Measures both sides alternately in one run; the first round of each is left out (always slow), or more where rounds have yet to find their size.</summary>
public static class Alternating
{
    public static async Task<BenchmarkResult> RunAsync(string name, string reference, Func<Task<Round>> ours, Func<Task<Round>> theirs, int rounds = 5, int leftOut = 1)
    {
        var (mine, other) = (new List<Round>(), new List<Round>());
        for (var i = 0; i < rounds + leftOut; i++)
        {
            var a = await ours();
            var b = await theirs();
            Progress.Say(name, $"round {i}: {a.PerSecond:N0}/s, {reference} {b.PerSecond:N0}/s, ratio {a.PerSecond / b.PerSecond:0.00}");
            if (i >= leftOut)
            {
                mine.Add(a);
                other.Add(b);
            }
        }

        return new BenchmarkResult
        {
            Name = name,
            EventsPerSecond = Math.Round(Median(mine.Select(r => r.PerSecond))),
            Reference = reference,
            ReferencePerSecond = Math.Round(Median(other.Select(r => r.PerSecond))),
            Ratio = Math.Round(Median(mine.Zip(other, (a, b) => a.PerSecond / b.PerSecond)), 3),
        }.With("garbage_bytes_per_event", Median(mine.Select(r => (double)r.AllocatedBytes / r.Events)));
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Times one run.</summary>
    public static async Task<Round> TimeAsync(int events, Func<Task> run)
    {
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var start = TimeProvider.System.GetTimestamp();
        await run();
        return new Round(events, TimeProvider.System.GetElapsedTime(start), GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
