using System.Collections.Concurrent;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// Publishes to Kafka: idempotent, acknowledged by all replicas, CloudEvents in binary mode, keys to partitions as Java does (murmur2). A record is
/// retried without end until it is acknowledged or refused for good, so there is never a gap in the order of a partition. A broker refuses whole batches:
/// what was refused is sent once more, one record a batch, and only what is refused alone is told as refused.
/// </summary>
public sealed class KafkaDestination : IRelayDestination
{
    private readonly ConcurrentDictionary<string, TopicFeed> _feeds = new(StringComparer.Ordinal);
    private readonly KafkaTopics _topics;
    private readonly TopicLimits _limits;
    private readonly DestinationClients _clients;
    private readonly ILogger _log;

    /// <param name="topics">Shared; not disposed here.</param>
    /// <param name="maxEventBytes">Largest event; the client's own limit is this and 64 KiB for what surrounds it.</param>
    public KafkaDestination(KafkaClientOptions options, KafkaTopics topics, int maxEventBytes, TimeProvider time, ILogger log)
    {
        _topics = topics;
        _limits = new TopicLimits(topics, maxEventBytes, log);
        _clients = new DestinationClients(options, _limits, maxEventBytes, time, log);
        _log = log;
    }

    /// <inheritdoc/>
    /// <remarks>Refuses at once while it is known that no broker is reached: the relay then says so, and asks again.</remarks>
    public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => Feed(topic).IdAsync(cancellationToken);

    public Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records) => Feed(records[0].Topic).Publish(records);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_feeds.Values.Select(f => f.StopAsync()));
        _feeds.Clear();
        await _clients.CloseAsync();
    }

    private TopicFeed Feed(string topic) => _feeds.GetOrAdd(topic, static (name, self) => new TopicFeed(name, self._clients, self._topics, self._limits, self._log), this);
}
