namespace ActorEvents.Sources;

/// <summary>One source on one node as it is now.</summary>
/// <param name="Silent">Lanes that did not answer in time: what is not known of them is not zero.</param>
internal sealed record SourceStatus(string Name, bool Paused, bool Draining, IReadOnlyList<LaneStatus> Lanes, IReadOnlyList<string> Silent)
{
    /// <summary>Why it does not read, or null.</summary>
    public string? Problem { get; init; }
}
