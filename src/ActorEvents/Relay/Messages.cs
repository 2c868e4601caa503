namespace ActorEvents.Relay;

/// <summary>To the relay, from any node: the journal has grown by outgoing events. Losing it costs one poll interval.</summary>
internal sealed record JournalAppended
{
    public static JournalAppended Instance { get; } = new();
}

/// <summary>
/// To the relay: publish and store all that is in the journal now. Answered with <see cref="RelayFlushed"/> when that is done, when only stopped
/// destinations are left, or at the deadline.
/// </summary>
internal sealed record FlushRelay(TimeSpan Deadline);

/// <summary>Answer to <see cref="FlushRelay"/>.</summary>
/// <param name="Place">Everything up to this ordering is published at every destination, and stored as such.</param>
/// <param name="Highest">The journal's end when the flush was asked for.</param>
/// <param name="Unsent">Destinations that have not come up to <paramref name="Highest"/>, each with the reason if one is known.</param>
/// <param name="Problem">What holds the whole relay up, or null.</param>
internal sealed record RelayFlushed(long Place, long Highest, IReadOnlyList<RelayDestinationStatus> Unsent, string? Problem)
{
    public bool Complete => Problem is null && Unsent.Count == 0 && Place >= Highest;
}

/// <summary>To the relay; answered with <see cref="RelayStatus"/>.</summary>
internal sealed record GetRelayStatus
{
    public static GetRelayStatus Instance { get; } = new();
}

/// <param name="Place">Everything up to this ordering is published at every destination, and stored as such.</param>
/// <param name="Highest">The journal's end; the last one known if the journal does not answer.</param>
/// <param name="Problem">What holds the whole relay up (no lease yet, journal unreachable, a row that cannot be read), or null.</param>
public sealed record RelayStatus(long Place, long Highest, IReadOnlyList<RelayDestinationStatus> Destinations, string? Problem);

/// <param name="TopicId">Null: not known yet.</param>
/// <param name="Place">Everything for this destination up to this ordering is published and stored as such.</param>
/// <param name="Lag">Journal rows (of all kinds) behind the journal's end.</param>
/// <param name="Stopped">Why it does not go on before somebody decides, or null.</param>
/// <param name="Fault">Why it is being tried again, or that it takes nothing; or null.</param>
public sealed record RelayDestinationStatus(string Destination, string? TopicId, long Place, long Lag, string? Stopped, string? Fault);

/// <summary>The singleton's termination message: finish what is under way, store places, close the destination, stop. Never leaves the node.</summary>
internal sealed record StopRelay
{
    public static StopRelay Instance { get; } = new();
}
