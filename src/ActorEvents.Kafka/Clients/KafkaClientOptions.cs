using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Clients;

/// <summary>Settings <c>actor-events.kafka</c>: how clients of this node reach the broker.</summary>
public class KafkaClientOptions
{
    /// <summary><c>host:port</c> list, or <c>embedded</c>: the node runs a broker of its own, in memory. Default embedded.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "embedded";

    /// <summary>Consumer group. Default <c>actor-events</c>.</summary>
    [Required]
    public string GroupId { get; set; } = "actor-events";

    /// <summary>Static: a node that comes back at once is at work at once. Dynamic: one that stops gives its partitions to others at once. Default auto.</summary>
    public KafkaMembership Membership { get; set; } = KafkaMembership.Auto;

    /// <summary>Time after which a silent member's partitions go to others. Default 6 s, the least that a broker takes by default; on the embedded broker 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a record waits for company in a batch; the relay's, which come in lists, at most 0.5 ms. Default 2 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Partitions of topics that this node makes. Default 4.</summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 4;

    /// <summary>Replicas of topics that this node makes; -1: the broker's default. Default -1.</summary>
    [Range(-1, 100)]
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>How long the broker holds an empty fetch, in ms. Default 100; the embedded broker answers no sooner, so 10 there.</summary>
    [Range(1, 30_000)]
    public int FetchWaitMs { get; set; } = 100;

    /// <summary>Records and bytes that wait in one partition's buffer at most. Default 4,096 and 4 MiB.</summary>
    [Range(16, 1_000_000)]
    public int BufferRecords { get; set; } = 4_096;

    [Range(65_536, 1L << 32)]
    public long BufferBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Further settings of librdkafka, passed through; they win over what this class sets.</summary>
    public IReadOnlyDictionary<string, string> Client { get; set; } = new Dictionary<string, string>();

    /// <summary>Whether <see cref="BootstrapServers"/> asks for the embedded broker.</summary>
    public bool IsEmbedded => string.Equals(BootstrapServers, "embedded", StringComparison.OrdinalIgnoreCase);

    internal TConfig With<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        config.BootstrapServers = BootstrapServers;
        config.ClientId ??= "actor-events";
        config.SocketKeepaliveEnable = true;
        config.ReconnectBackoffMs ??= 50;
        config.ReconnectBackoffMaxMs = 2_000;
        config.TopicMetadataRefreshIntervalMs = 10_000;
        foreach (var (key, value) in Client)
        {
            config.Set(key, value);
        }

        return config;
    }
}

/// <summary>How a node is a member of its consumer group.</summary>
public enum KafkaMembership
{
    /// <summary>With an instance id that is kept in the data folder.</summary>
    Static,

    /// <summary>A new member at each start.</summary>
    Dynamic,

    /// <summary>Dynamic on a node with seed nodes, static on one that is alone.</summary>
    Auto,
}
