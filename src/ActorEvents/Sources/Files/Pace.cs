namespace ActorEvents.Sources.Files;

/// <summary>Holds a reading to so many records a second, by the given clock. A pause is not made up for later.</summary>
internal sealed class Pace(double perSecond, TimeProvider time)
{
    private const double BatchesPerSecond = 20;
    private long _due = time.GetTimestamp();

    /// <summary>Records in one batch, so that a slow rate does not come in bursts.</summary>
    public int Batch(int most) => perSecond == 0 ? most : (int)Math.Clamp(perSecond / BatchesPerSecond, 1, most);

    /// <summary>Waits until <paramref name="records"/> more may go.</summary>
    public async ValueTask WaitAsync(int records, CancellationToken cancellationToken)
    {
        if (perSecond == 0)
        {
            return;
        }

        var now = time.GetTimestamp();
        _due = Math.Max(_due, now);
        if (_due > now)
        {
            await Task.Delay(time.GetElapsedTime(now, _due), time, cancellationToken);
        }

        _due += (long)(records / perSecond * time.TimestampFrequency);
    }
}
