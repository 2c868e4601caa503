namespace ActorEvents.Sources;

/// <summary>One lane as it is now.</summary>
/// <param name="Committed">The committed position; of a lane that settles each, how many it has acknowledged.</param>
/// <param name="InFlight">Unsettled events (credits taken), and their bytes.</param>
/// <param name="Tracked">Positions tracked, settled ones behind a gap included.</param>
/// <param name="Waiting">Records that are read and wait for credits.</param>
/// <param name="Paused">It emits nothing until it is told to go on.</param>
/// <param name="Held">Handlers that are paused: they hold the committed position.</param>
/// <param name="Owing">Handlers that owe the oldest position.</param>
internal sealed record LaneStatus(
    string Stream, long Start, long Committed, int InFlight, long BytesInFlight, int Tracked, int Waiting, bool Paused, bool Draining, IReadOnlyList<string> Held, IReadOnlyList<string> Owing)
{
    /// <summary>Nothing is emitted though there is something to emit: the span is used up by what is settled behind a gap.</summary>
    public bool SpanReached { get; init; }
}
