using System.Collections.Frozen;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources;

/// <summary>What a source actor works with; the list of subscriptions is fixed for its life.</summary>
public sealed record SourceContext
{
    internal SourceContext(
        string name,
        IReadOnlyList<SubscriptionRef> subscriptions,
        IPositionStore positions,
        IDeadLetterStore deadLetters,
        FlowOptions flow,
        TimeProvider time,
        ILoggerFactory logging,
        IMaterializer materializer)
    {
        Name = name;
        Subscriptions = subscriptions;
        Positions = positions;
        DeadLetters = deadLetters;
        Flow = flow;
        Time = time;
        Logging = logging;
        Materializer = materializer;
    }

    /// <summary>The source's name.</summary>
    public string Name { get; }

    public IPositionStore Positions { get; }

    public FlowOptions Flow { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Logging { get; }

    public IMaterializer Materializer { get; }

    internal IReadOnlyList<SubscriptionRef> Subscriptions { get; }

    internal IDeadLetterStore DeadLetters { get; }

    /// <summary>The node's committer; lanes tell it what to commit.</summary>
    internal IActorRef Committer { get; init; } = ActorRefs.Nobody;

    /// <summary>See <see cref="IEventSource.MessagingSystem"/>.</summary>
    internal string MessagingSystem { get; init; } = Tracing.MessagingSystem;

    /// <summary>See <see cref="IEventSource.ConsumerGroup"/>.</summary>
    internal string? ConsumerGroup { get; init; }

    /// <summary>Its lanes open paused.</summary>
    internal bool Paused { get; init; }

    /// <summary>Streams whose lanes open paused.</summary>
    internal IReadOnlySet<string> PausedStreams { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The node's writer; lanes tell it what to store.</summary>
    internal IActorRef DeadLetterWriter { get; init; } = ActorRefs.Nobody;

    /// <summary>
    /// Stores what can never be handled in <c>ae_dead_letters</c>; the same (stream, position) again changes nothing. For what a source reads beside its lanes: what it gives them
    /// (<see cref="SourceRecord.Dead"/>) they store.
    /// </summary>
    public Task StoreDeadLettersAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken) => DeadLetters.StoreAsync(deadLetters, cancellationToken);
}

/// <summary>Where a source runs.</summary>
public enum SourcePlacement
{
    /// <summary>On every node (Kafka: the group divides the partitions).</summary>
    EveryNode,

    /// <summary>On one node of the cluster at a time (file, timer).</summary>
    Singleton,
}

/// <summary>A source as it is registered: a name and the actor that reads it.</summary>
public interface IEventSource
{
    /// <summary>Unique in the cluster; part of stream names, so under a new name the source starts from the beginning. a–z, 0–9, '-', '.'.</summary>
    string Name { get; }

    SourcePlacement Placement { get; }

    /// <summary>One line for the start-up summary.</summary>
    string Describe { get; }

    /// <summary>
    /// What it reads and as what, in one line of at most some hundred characters: nodes of one cluster whose sources of this name differ in it refuse each other. Null: not compared.
    /// </summary>
    string? Takes => null;

    /// <summary>What it reads from, in metrics and traces (<c>messaging.system</c>): <c>kafka</c>, <c>file</c>, <c>timer</c>, …</summary>
    string MessagingSystem => Tracing.MessagingSystem;

    /// <summary>The group under which it reads, in metrics and traces; null: none.</summary>
    string? ConsumerGroup => null;

    /// <summary>
    /// What it reads, as messages name it: <c>topic orders</c>. Two sources of a node that read the same are refused at the start, because each would count every event. Empty: nothing
    /// that another source could read.
    /// </summary>
    IReadOnlyCollection<string> Reads => [];

    /// <summary>What holds it up, and what to check; while there is something, the node is not ready. Null: nothing.</summary>
    string? Problem => null;

    /// <summary>Props of a <see cref="SourceActor"/>.</summary>
    Props Props(SourceContext context);

    /// <summary>
    /// Where its streams end now; what is committed up to there was handled. For each stream the position behind its last event at this moment; where that is
    /// not known, one above what is committed. Empty: it has no end.
    /// </summary>
    /// <param name="positions">What is committed.</param>
    Task<IReadOnlyList<CommittedPosition>> EndsAsync(IPositionStore positions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CommittedPosition>>([]);
}
