using ActorEvents.Events;
using ActorEvents.Sources.Files;
using Akka;
using Akka.Streams.Dsl;

namespace ActorEvents.Shop.Feed;

/// <summary>How the feed gets its lines to the broker. The host gives it: the shop knows no client.</summary>
public interface IFeedProducer
{
    /// <summary>The present incarnation of a topic.</summary>
    Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken);

    /// <summary>
    /// Produces lines that have an event, and emits every line in its place when those before it are acknowledged; with a problem where the event cannot
    /// be written or was refused for good. Fails where the topic may be another one by now.
    /// </summary>
    Flow<FeedLine, FeedLine, NotUsed> To(string topic);
}

/// <summary>A line on its way to the broker.</summary>
/// <param name="Event">Null: it is none, and <paramref name="Problem"/> says why.</param>
/// <param name="Problem">Why it goes into the dead letters; null: it does not.</param>
public readonly record struct FeedLine(FileRecord Line, EventEnvelope? Event, string? Problem);
