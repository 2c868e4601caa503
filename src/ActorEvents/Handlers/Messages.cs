using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Handlers;

/// <summary>A message to the entity of one key; the shard region routes by it.</summary>
internal interface IEntityMessage
{
    EntityKey Key { get; }
}

/// <summary>
/// Subscription → entity. Fact: all events of this key and stream before the first of the list are durable at this entity, and between two of the
/// list there is no other. The sender is answered with <see cref="Done"/>.
/// </summary>
/// <param name="Events">Ascending by position, at least one.</param>
/// <param name="Session">0: the stream has positions. Else the number of the session that the events were read in; their positions start over with it.</param>
/// <param name="Window">Of a stream of sessions: how many messages its source can have unacknowledged, so how many ids the entity remembers.</param>
internal sealed record Deliver(EntityKey Key, StreamId Stream, EventEnvelope[] Events, long Session = 0, int Window = 0) : IEntityMessage;

/// <summary>Entity → subscription. Fact: all events of this key and stream up to and including this position are durable: applied, no-op, rejected or parked.</summary>
/// <param name="Session">The delivery's: of another session the position says nothing.</param>
internal sealed record Done(EntityKey Key, string Stream, long UpTo, long Session = 0);

/// <summary>Entity → subscription: this entity stops in an orderly way and did not handle the delivery; send it again now. Always safe.</summary>
internal sealed record Resend(EntityKey Key, string Stream, long Session = 0);

/// <summary>Shard → entity at hand-over and shutdown: finish the append under way, answer the rest with <see cref="Resend"/>, stop.</summary>
internal sealed class StopWhenDrained : IPossiblyHarmful
{
    public static StopWhenDrained Instance { get; } = new();

    private StopWhenDrained()
    {
    }
}
