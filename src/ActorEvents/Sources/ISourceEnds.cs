using ActorEvents.Journal.Stores;

namespace ActorEvents.Sources;

/// <summary>A source that can say where its streams end now: what is committed up to there was handled.</summary>
public interface ISourceEnds
{
    /// <summary>For each stream the position behind its last event at this moment; where that is not known, one above what is committed.</summary>
    /// <param name="positions">What is committed.</param>
    Task<IReadOnlyList<CommittedPosition>> EndsAsync(IPositionStore positions, CancellationToken cancellationToken);
}
