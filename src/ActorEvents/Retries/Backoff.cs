namespace ActorEvents.Retries;

/// <summary>Exponential pauses: first, twice that, … up to the maximum.</summary>
internal static class Backoff
{
    /// <summary>The pause after so many failures in a row (1 = the first).</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan max)
    {
        var ticks = first.Ticks << Math.Min(Math.Max(failures - 1, 0), 20);
        return ticks <= 0 || ticks > max.Ticks ? max : TimeSpan.FromTicks(ticks);
    }
}
