namespace ActorEvents.Relay;

/// <summary>
/// Whether sources wait for the relay: it has fallen behind by more rows than allowed since it was nearest to the journal's end, and until it has made up for half of
/// them. A topic that is fed from the beginning holds nobody up, as it does not fall behind; nor does one that takes nothing, or is stopped. Pure.
/// </summary>
/// <param name="most">Rows.</param>
internal sealed class RelayBacklog(long most)
{
    private long _place;
    private long _least = long.MaxValue;

    /// <summary>Sources wait.</summary>
    public bool Holds { get; private set; }

    /// <summary>Rows by which the relay is further behind than it was at its nearest.</summary>
    public long Behind { get; private set; }

    /// <param name="relay">As it is now; null: it did not answer, which changes nothing.</param>
    /// <returns>True: <see cref="Holds"/> is another.</returns>
    public bool Look(RelayStatus? relay)
    {
        if (relay is null)
        {
            return false;
        }

        var flowing = relay.Destinations.Where(d => d.Stopped is null && d.Fault is null).ToArray();
        var place = flowing.Length == 0 ? relay.Highest : flowing.Max(d => d.Place);
        var lag = Math.Max(0, relay.Highest - place);
        if (place < _place)
        {
            // Topics were re-created: it begins again.
            _least = lag;
        }

        (_place, _least) = (place, Math.Min(_least, lag));
        Behind = lag - _least;
        var before = Holds;
        Holds = Behind > (Holds ? most / 2 : most);
        return Holds != before;
    }
}
