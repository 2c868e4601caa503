namespace ActorEvents.Relay;

/// <summary>What may be seen of a relay at work from other threads: made after each page, never changed.</summary>
/// <param name="ScanStored">The journal is known, and stored to be known, up to here.</param>
internal sealed record RelayView(long ScanStored, IReadOnlyList<RelayDestinationStatus> Destinations)
{
    /// <summary>Everything up to here is published at every destination and stored as such.</summary>
    public long Place
    {
        get
        {
            var place = ScanStored;
            foreach (var destination in Destinations)
            {
                place = Math.Min(place, destination.Place);
            }

            return place;
        }
    }

    /// <summary>Whoever can go on has come up to there.</summary>
    public bool Reached(long ordering)
    {
        foreach (var destination in Destinations)
        {
            if (destination.Stopped is null && destination.Place < ordering)
            {
                return false;
            }
        }

        return ScanStored >= ordering;
    }

    public RelayFlushed Flushed(long highest, string? problem) => new(
        Place, highest, [.. WithLag(highest).Where(d => d.Lag > 0)], problem ?? (ScanStored >= highest ? null : "the journal was not read to its end in time"));

    public RelayStatus Status(long highest, string? problem) => new(Place, highest, [.. WithLag(highest)], problem);

    private IEnumerable<RelayDestinationStatus> WithLag(long highest) => Destinations.Select(d => d with { Lag = Math.Max(0, highest - d.Place) });
}
