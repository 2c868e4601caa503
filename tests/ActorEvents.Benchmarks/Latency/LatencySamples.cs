using System.Buffers.Binary;

namespace ActorEvents.Benchmarks.Latency;

/// <summary>Times since the making of events, whose data begin with the timestamp of it. Thread-safe.</summary>
internal sealed class LatencySamples
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];

    public void Add(ReadOnlyMemory<byte> data)
    {
        var made = BinaryPrimitives.ReadInt64LittleEndian(data.Span);
        Add(TimeProvider.System.GetElapsedTime(made));
    }

    public void Add(TimeSpan elapsed)
    {
        lock (_lock)
        {
            _milliseconds.Add(elapsed.TotalMilliseconds);
        }
    }

    /// <summary>Of what was added since they were last asked for.</summary>
    public Percentiles Take()
    {
        lock (_lock)
        {
            double[] sorted = [.. _milliseconds.Order()];
            _milliseconds.Clear();
            return sorted.Length == 0 ? default : new Percentiles(At(sorted, 0.50), At(sorted, 0.99));
        }
    }

    private static double At(double[] sorted, double part) => Math.Round(sorted[(int)(part * (sorted.Length - 1))], 2);
}

/// <param name="Decided">When the handler has decided.</param>
/// <param name="Relayed">When it is durable, and the relay has read what was said and hands it to its destination.</param>
internal sealed record StageTimes(LatencySamples Decided, LatencySamples Relayed)
{
    public (Percentiles Decided, Percentiles Relayed) Take() => (Decided.Take(), Relayed.Take());
}

/// <summary>In milliseconds.</summary>
internal readonly record struct Percentiles(double P50, double P99)
{
    public override string ToString() => FormattableString.Invariant($"p50 {P50} ms, p99 {P99} ms");
}
