using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Consumers;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Sources;

/// <summary>Members of a source's group that are no node of its cluster, and take partitions away from it: what they read is handled nowhere.</summary>
internal static class GroupStrangers
{
    /// <summary>What to say of them; null: there are none.</summary>
    /// <param name="clientId">Of the cluster's nodes.</param>
    public static string? Problem(IReadOnlyList<GroupMember> members, string group, string clientId, IReadOnlyCollection<string> topics)
    {
        var strangers = members
            .Where(m => m.ClientId != clientId)
            .Select(m => (Member: m, Held: m.Partitions.Where(p => topics.Contains(p.Topic)).ToArray()))
            .Where(s => s.Held.Length > 0)
            .Select(s => $"{((IEnumerable<TopicPartition>)s.Held).Text()} by client '{s.Member.ClientId}' on {s.Member.Host}")
            .ToArray();
        return strangers.Length == 0
            ? null
            : $"in consumer group {group} others than nodes of this cluster ('{clientId}') hold partitions, whose events are not handled: {string.Join("; ", strangers)}. Stop them, or give them a group of their own";
    }
}
