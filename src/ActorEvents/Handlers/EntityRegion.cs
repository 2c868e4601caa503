using ActorEvents.Events;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Util;

namespace ActorEvents.Handlers;

/// <summary>How the entities of one handler type are found in the cluster: entity id = '=' + key (so that an empty key has one), shard by a stable hash.</summary>
internal sealed class EntityRegion(int shards) : IMessageExtractor
{
    private const string Prefix = "=";

    /// <summary>The id of a key's entity.</summary>
    public static string IdOf(EntityKey key) => Prefix + key.Value;

    /// <summary>The key of an id that this class made.</summary>
    public static string KeyOf(string entityId) => entityId[Prefix.Length..];

    public string EntityId(object message) => message is IEntityMessage m ? Prefix + m.Key.Value : null!;

    public object EntityMessage(object message) => message;

    public string ShardId(object message) => message is IEntityMessage m ? ShardId(Prefix + m.Key.Value) : null!;

    public string ShardId(string entityId, object? messageHint = null) =>
        (Math.Abs(MurmurHash.StringHash(entityId) % shards)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Props of the entity with an id that this class made.</summary>
    public static Props Props(EntityContext context, string entityId)
    {
        var key = new EntityKey(entityId[Prefix.Length..]);
        return context.Handler.Durability == Durability.Journal
            ? Akka.Actor.Props.Create(() => new EntityActor(context, key))
            : Akka.Actor.Props.Create(() => new VolatileEntityActor(context, key));
    }
}
