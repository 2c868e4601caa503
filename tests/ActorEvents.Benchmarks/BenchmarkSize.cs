namespace ActorEvents.Benchmarks;

/// <summary>How many events one side's next round takes: as many as last about so long at the rate of the round before.</summary>
internal sealed class BenchmarkSize(int least, int most, TimeSpan target)
{
    private int? _next;

    public int Next => _next ?? least;

    public Round After(Round round)
    {
        _next = Math.Clamp((int)(round.PerSecond * target.TotalSeconds), least, most);
        return round;
    }
}
