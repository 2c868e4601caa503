using System.Collections.Concurrent;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>
/// Publishes to Kafka exactly once: each topic's records and the relay's place at it are one Kafka transaction, and who takes the relay over ends what the former one has under way first.
/// A reader that reads what is committed (<c>isolation.level=read_committed</c>) sees each event once, in order. The client needs WRITE and DESCRIBE for transactional ids, and READ for groups,
/// that begin with <c>ae-relay.</c>
/// </summary>
public sealed class TransactionalDestination : IRelayDestination
{
    private readonly ConcurrentDictionary<string, TransactionalFeed> _feeds = new(StringComparer.Ordinal);
    private readonly TransactionalSettings _settings;

    /// <param name="journal">The one that is published.</param>
    /// <param name="topics">Shared; not disposed here.</param>
    /// <param name="maxEventBytes">Largest event; the client's own limit is this and 64 KiB for what surrounds it.</param>
    public TransactionalDestination(JournalDatabase journal, KafkaClientOptions options, KafkaTopics topics, int maxEventBytes, TimeProvider time, ILogger log)
        : this(new TransactionalSettings(
            options,
            topics,
            new KafkaPlaces(topics, journal.JournalId, journal.Restores),
            new TopicLimits(topics, maxEventBytes, log),
            journal.DeadLetters,
            maxEventBytes,
            time,
            log))
    {
    }

    internal TransactionalDestination(TransactionalSettings settings) => _settings = settings;

    public bool IsExactlyOnce => true;

    public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => Feed(topic).OpenAsync(cancellationToken);

    public Task<long?> PlaceAsync(string topic, CancellationToken cancellationToken) => Task.FromResult(Feed(topic).Place);

    public Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records) => Feed(records[0].Topic).PublishAsync(records);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_feeds.Values.Select(f => f.StopAsync()));
        _feeds.Clear();
    }

    private TransactionalFeed Feed(string topic) => _feeds.GetOrAdd(topic, static (name, all) => new TransactionalFeed(name, all), _settings);
}
