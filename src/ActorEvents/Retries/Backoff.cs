namespace ActorEvents.Retries;

/// <summary>Exponential pauses: first, twice that, … up to the maximum; each up to a fifth shorter by chance, so that what failed together does not come back together.</summary>
internal static class Backoff
{
    private const double Jitter = 0.2;

    /// <summary>The pause after so many failures in a row (1 = the first).</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan max) => After(failures, first, max, Random.Shared.NextDouble());

    /// <summary>The same without chance of its own.</summary>
    /// <param name="chance">From 0 (the whole pause) to 1 (a fifth less).</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan max, double chance)
    {
        var ticks = first.Ticks << Math.Min(Math.Max(failures - 1, 0), 20);
        return (ticks <= 0 || ticks > max.Ticks ? max : TimeSpan.FromTicks(ticks)) * (1 - (Jitter * chance));
    }
}
