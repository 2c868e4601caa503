using System.Globalization;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Consumers;

namespace ActorEvents.Kafka.Sources;

/// <summary>The consumer settings of a Kafka source.</summary>
internal static class KafkaSourceSettings
{
    // Beside the drain itself: the last commit and the answers.
    private static readonly TimeSpan s_drainMargin = TimeSpan.FromSeconds(2);

    /// <summary>How all nodes of a cluster are called in the source's group.</summary>
    public static string ClientId(KafkaSourceOptions options, KafkaClientOptions client) => client.Client.GetValueOrDefault("client.id") ?? $"actor-events-{options.Name}";

    public static KafkaConsumerSettings Of(KafkaSourceOptions options, KafkaClientOptions client, TimeSpan drain)
    {
        var session = client.SessionTimeout.TotalMilliseconds;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client.id"] = ClientId(options, client),
            ["socket.keepalive.enable"] = "true",
            ["reconnect.backoff.ms"] = "50",
            ["reconnect.backoff.max.ms"] = "2000",
            ["topic.metadata.refresh.interval.ms"] = "10000",
            ["allow.auto.create.topics"] = "true",
            ["fetch.wait.max.ms"] = client.FetchWaitMs.ToString(CultureInfo.InvariantCulture),
        };
        if (!client.Client.TryGetValue("group.protocol", out var protocol) || !string.Equals(protocol, "consumer", StringComparison.OrdinalIgnoreCase))
        {
            settings["session.timeout.ms"] = session.ToString("0", CultureInfo.InvariantCulture);
            settings["heartbeat.interval.ms"] = Math.Clamp(session / 12, 200, 3_000).ToString("0", CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in client.Client)
        {
            settings[name] = value;
        }

        return new KafkaConsumerSettings
        {
            BootstrapServers = client.BootstrapServers,
            GroupId = options.GroupId ?? client.GroupId,
            InstanceId = options.InstanceId,
            Start = options.Start,
            MaxBufferedRecords = client.BufferRecords,
            MaxBufferedBytes = client.BufferBytes,
            RevokeTimeout = drain + s_drainMargin,
            Client = settings,
        };
    }
}
