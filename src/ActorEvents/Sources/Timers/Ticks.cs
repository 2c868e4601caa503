namespace ActorEvents.Sources.Timers;

/// <summary>When ticks are due: at the whole multiples of an interval since 1970. Times in milliseconds. Pure.</summary>
internal sealed class Ticks(TimeSpan interval)
{
    private readonly long _interval = (long)interval.TotalMilliseconds;

    /// <summary>The last tick that is due at <paramref name="now"/> and not below <paramref name="next"/>; null: none. Those before it were missed.</summary>
    public long? Last(long next, long now)
    {
        var last = now - Math.Abs(now % _interval);
        return last >= next ? last : null;
    }

    /// <summary>How long from <paramref name="now"/> until a tick of at least <paramref name="next"/> is due; never more than the interval at once, because clocks are set.</summary>
    public TimeSpan Wait(long next, long now)
    {
        var due = Math.Max((now / _interval + 1) * _interval, (next + _interval - 1) / _interval * _interval);
        return TimeSpan.FromMilliseconds(Math.Clamp(due - now, 1, _interval));
    }
}
