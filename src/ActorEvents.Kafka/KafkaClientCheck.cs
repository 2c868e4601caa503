using System.Runtime.InteropServices;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Producers;
using ActorEvents.Kafka.Sources;
using Confluent.Kafka;

namespace ActorEvents.Kafka;

/// <summary>
/// Checks <c>kafka.client</c> before anything starts: name by name, then by making the consumer and the producer that the settings come to; both are closed at
/// once and connect to nothing.
/// </summary>
internal static class KafkaClientCheck
{
    private const string Positions = "positions are kept in the journal, not by the client";
    private const string Relay = "what is acknowledged must neither be lost nor change places, so the producer needs it as it is";

    private static readonly Dictionary<string, string> s_owned = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "use kafka.bootstrap-servers",
        ["metadata.broker.list"] = "use kafka.bootstrap-servers",
        ["group.id"] = "use kafka.group-id",
        ["group.instance.id"] = "use kafka.membership",
        ["auto.offset.reset"] = "use kafka.start",
        ["enable.auto.commit"] = Positions,
        ["enable.auto.offset.store"] = Positions,
        ["enable.partition.eof"] = "the source needs it, to come past transaction markers at the end of a partition",
        ["enable.idempotence"] = Relay,
        ["acks"] = Relay,
        ["request.required.acks"] = Relay,
        ["message.timeout.ms"] = Relay,
        ["delivery.timeout.ms"] = Relay,
        ["transactional.id"] = "transactions are not used",
    };

    /// <summary>What is wrong, with name, value and cure; null: nothing.</summary>
    /// <param name="drain">How long a revoke may wait for what is under way (<c>flow.drain-timeout</c>).</param>
    public static string? Problem(KafkaClientOptions options, TimeSpan drain)
    {
        KafkaNative.EnsureVersion();
        foreach (var (name, value) in options.Client)
        {
            if (s_owned.TryGetValue(name, out var instead))
            {
                return $"{Named(name, value)} is not free to choose: {instead}. Take it out.";
            }

            if (!name.StartsWith("dotnet.", StringComparison.Ordinal) && Refusal(name, value) is { } refusal)
            {
                // A name that is not known may be a secret's, misspelt.
                return $"{(refusal.Known ? Named(name, value) : $"kafka.client.{name}")} is refused: {refusal.Reason}. Names and values are librdkafka's (CONFIGURATION.md); correct it, or take it out.";
            }
        }

        try
        {
            var consumer = KafkaSourceSettings.Of(new KafkaSourceOptions { Name = "check", Topics = new Dictionary<string, RecordMapping>() }, options, drain).ToClientConfig();
            consumer.BootstrapServers = null;
            new ConsumerBuilder<Ignore, Ignore>(consumer).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build().Dispose();
            var producer = KafkaProducerSettings.Of(options).ToClientConfig();
            producer.BootstrapServers = null;
            new ProducerBuilder<Null, Null>(producer).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build().Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or KafkaException)
        {
            return options.Client.Count == 0 ? e.Message
                : $"The settings kafka.client ({string.Join(", ", options.Client.Select(c => Named(c.Key, c.Value)))}) do not go together, or not with what the node sets: {e.Message} Correct them.";
        }
    }

    private static string Named(string name, string value) => $"kafka.client.{name} = '{(IsSecret(name) ? "(not shown)" : value)}'";

    private static bool IsSecret(string name) =>
        name.Contains("password", StringComparison.Ordinal) || name.Contains("secret", StringComparison.Ordinal) || name.EndsWith(".pem", StringComparison.Ordinal)
        || name.Contains("oauthbearer", StringComparison.Ordinal);

    private static unsafe (string Reason, bool Known)? Refusal(string name, string value)
    {
        const int size = 512, unknown = -2;
        var error = stackalloc byte[size];
        var conf = Librdkafka.ConfNew();
        try
        {
            var result = Librdkafka.ConfSet(conf, name, value, error, size);
            return result == 0 ? null : (Marshal.PtrToStringUTF8((nint)error)!.TrimEnd('.'), result != unknown);
        }
        finally
        {
            Librdkafka.ConfDestroy(conf);
        }
    }
}
