using ActorEvents.Events;

namespace ActorEvents.Relay;

/// <summary>Where outgoing events go: a broker. One instance serves all topics of one relay; of one topic it is called by one caller at a time.</summary>
public interface IRelayDestination : IAsyncDisposable
{
    /// <summary>What it publishes to, in metrics and traces (<c>messaging.system</c>).</summary>
    string MessagingSystem => "kafka";

    /// <summary>Whether a record and the place behind it are published as one, and a relay that was replaced can publish nothing more. Default false.</summary>
    bool IsExactlyOnce => false;

    /// <summary>
    /// The present incarnation id of a topic (created if it is not there and the broker may create it); changes when it is re-created. Asked while nothing of the topic is under way.
    /// </summary>
    Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken);

    /// <summary>
    /// Asked behind <see cref="TopicIdAsync"/>: the ordering of the last event that the topic has, where the destination stores that itself, together with the event. It may be ahead of what
    /// the journal's database says. Null: it does not, or has none yet.
    /// </summary>
    Task<long?> PlaceAsync(string topic, CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>
    /// Publishes records of one topic in order, behind the lists of that topic that are under way: it is called again before they have completed, and they complete in the order of the
    /// calls, each when all its records are acknowledged or refused for good. A topic that takes nothing holds no other. A passing fault is retried inside; an exception means that nothing
    /// is known of the rest: every list of the topic behind it fails too, and so does every further one until <see cref="TopicIdAsync"/> was asked; then the relay starts again at the first
    /// unacknowledged one. Records go only to the incarnation of the topic that <see cref="TopicIdAsync"/> told last: where the topic may have been re-created since (the broker was away), it
    /// throws instead, or the new topic would be fed from the middle and consumers would take what is replayed later for repeats. Disposing fails what is under way.
    /// </summary>
    Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records);
}

/// <summary>One outgoing event, complete.</summary>
/// <param name="Event">With id <c>persistence id/sequence/index</c> and origin (journal id, ordering × 65,536 + index).</param>
public readonly record struct RelayRecord(string Topic, EventEnvelope Event)
{
    /// <summary>
    /// <c>traceparent</c> of this hop, for a header of the broker's own beside the event's extension. It changes with each try where somebody listens, the event never does.
    /// Null: that of the event.
    /// </summary>
    public string? HopTraceParent { get; init; }
}

/// <summary>A record that the broker will never take, not even alone; stored in <c>ae_dead_letters</c>, and the relay goes on.</summary>
/// <param name="Index">In the published list.</param>
public readonly record struct RelayRefusal(int Index, string Reason);
