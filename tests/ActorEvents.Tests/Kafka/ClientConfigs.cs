using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka;

/// <summary>Settings of the clients that tests use beside the product's, whatever broker they talk to.</summary>
internal static class ClientConfigs
{
    /// <summary>No linger.</summary>
    public static ProducerConfig Producer(string bootstrap) => new() { BootstrapServers = bootstrap, LingerMs = 0, EnableIdempotence = true };

    /// <summary>From the start, and nothing is committed by itself.</summary>
    public static ConsumerConfig Consumer(string bootstrap, string group) => new()
    {
        BootstrapServers = bootstrap,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    };
}
