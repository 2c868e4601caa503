using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;

namespace ActorEvents.Kafka.Sources;

/// <summary>One Kafka source: which topics, how their records are read, where a new stream starts.</summary>
public sealed class KafkaSourceOptions
{
    /// <summary>Unique in the cluster; part of stream names, so another name reads everything again.</summary>
    public required string Name { get; init; }

    /// <summary>Topics and how their records are read.</summary>
    public required IReadOnlyDictionary<string, RecordMapping> Topics { get; init; }

    /// <summary>Where a partition starts that has no committed position. Default earliest.</summary>
    public KafkaStart Start { get; init; } = KafkaStart.Earliest;

    /// <summary>Consumer group; null: the client's.</summary>
    public string? GroupId { get; init; }

    /// <summary>The member's instance id (static membership); null: dynamic.</summary>
    public string? InstanceId { get; init; }

    /// <summary>How often topics are asked for their ids, so that one that was deleted and re-created is noticed. Default 10 s.</summary>
    public TimeSpan TopicCheckInterval { get; init; } = TimeSpan.FromSeconds(10);
}
