using ActorEvents.Events;

namespace ActorEvents.Sources;

/// <summary>What a lane's flow wants done, in the order in which it says so.</summary>
internal interface ILaneOutput
{
    /// <summary>Ask the source's stream for the next batch.</summary>
    void Pull();

    /// <summary>Publish to the subscriptions.</summary>
    /// <param name="sequence">0, 1, 2 … within the session.</param>
    void Emit(long sequence, EventEnvelope[] events);

    /// <summary>Store them, and call <see cref="LaneFlow.Stored"/> when they are.</summary>
    void Store(DeadLetter[] letters);

    /// <summary>Commit, and call <see cref="LaneFlow.Committed"/> when it is durable. <see cref="Settlement.Mark"/> only.</summary>
    void Commit(long next, long resume);

    /// <summary>Acknowledge these. <see cref="Settlement.Each"/> only.</summary>
    void Acknowledge(FreePosition[] positions);

    /// <summary>The span is used up by what is settled behind a gap; these handlers owe what it waits for.</summary>
    void SpanReached(IEnumerable<string> owing);

    /// <summary>The stream came to its end, and all of it is settled and committed.</summary>
    void Completed(long committed);

    /// <summary>The session is over. Said once, and last.</summary>
    void Closed(LaneEnd why);
}

/// <summary>Why a lane ended.</summary>
internal enum LaneEnd
{
    Drained,
    DrainDeadline,
    EndOfStream,
    Stopped,
}
