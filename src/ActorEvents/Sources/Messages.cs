using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using Akka.Actor;

namespace ActorEvents.Sources;

/// <summary>One subscription of the node, as a lane sees it.</summary>
/// <param name="Index">Its bit in the owing sets, 0 to 62.</param>
/// <param name="Concerns">Whether an event's attributes are of interest to it (its compiled selector).</param>
internal sealed record SubscriptionRef(int Index, string Handler, IActorRef Actor, Func<EventEnvelope, bool> Concerns);

/// <summary>Anyone → source: drain some lanes (revoked) until the deadline. Answered with <see cref="LanesDrained"/>, always.</summary>
internal sealed record DrainLanes(IReadOnlyList<StreamId> Streams, TimeSpan Deadline);

/// <summary>What a drain came to.</summary>
internal sealed record LanesDrained(IReadOnlyList<LaneDrained> Lanes);

/// <summary>Anyone → source: end lanes at once (lost). No answer.</summary>
internal sealed record CloseLanes(IReadOnlyList<StreamId> Streams);

/// <summary>Group → source: stop reading, drain all lanes, answer <see cref="SourceDrained"/>, stop.</summary>
internal sealed record DrainSource(TimeSpan Deadline);

/// <summary>Source → group: nothing of it runs on this node any more.</summary>
/// <param name="Lanes">What its lanes came to; a source without lanes has none.</param>
internal sealed record SourceDrained(string Source, IReadOnlyList<LaneDrained> Lanes);

/// <summary>A lane has ended its session in an orderly way.</summary>
/// <param name="Committed">The position that is committed.</param>
/// <param name="Unsettled">Events that were still under way; they will be read again.</param>
internal sealed record LaneDrained(StreamId Stream, long Committed, int Unsettled);

/// <summary>Lane → source: a position is durable in <c>ae_positions</c>.</summary>
internal sealed record LaneCommitted(StreamId Stream, long Next);

/// <summary>Lane → source: the stream came to its end (a file that is finished) and everything of it is settled and committed.</summary>
internal sealed record LaneCompleted(StreamId Stream, long Next);

/// <summary>Lane → source: these positions of a session are settled, to be acknowledged each (<see cref="Settlement.Each"/>).</summary>
internal sealed record LaneFreed(StreamId Stream, long Session, FreePosition[] Positions);

/// <summary>Lane → source: end this lane and read its stream again from the committed position, in a new session. No answer.</summary>
internal sealed record ReopenLane(StreamId Stream);

/// <summary>Group → source: let all its lanes stand still or go on, also those that come. No answer.</summary>
internal sealed record PauseSource(bool Paused);

/// <summary>Group → source: something behind the handlers does not keep up, so its lanes wait; or they go on. Said again every second while they wait. No answer.</summary>
internal sealed record HoldSource(bool Held);

/// <summary>Group → source: let one stream stand still or go on.</summary>
internal sealed record PauseStream(string Stream, bool Paused);

/// <summary>Anyone → source: answered with its <see cref="SourceStatus"/>.</summary>
internal sealed record GetSourceStatus
{
    public static GetSourceStatus Instance { get; } = new();
}

/// <summary>Source → lane: emit nothing, or go on.</summary>
internal sealed record PauseLane(bool Paused);

/// <summary>Anyone → lane: answered with its <see cref="LaneStatus"/>.</summary>
internal sealed record GetLaneStatus
{
    public static GetLaneStatus Instance { get; } = new();
}

internal sealed record DrainLane(TimeSpan Deadline);

/// <summary>Lane → committer, answered with <see cref="PositionCommitted"/> once it is durable.</summary>
internal sealed record CommitPosition(CommittedPosition Position);

internal sealed record PositionCommitted(CommittedPosition Position);
