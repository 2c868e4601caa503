using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Producers;

/// <summary>
/// How large a batch may be: below the smallest <c>max.message.bytes</c> of the topics read so far, so that a batch that a topic refuses for its size is one record. Says where
/// a topic takes less than an event may have. Thread-safe.
/// </summary>
internal sealed class TopicLimits(KafkaTopics topics, int maxEventBytes, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _limits = new(StringComparer.Ordinal);
    private volatile int _batchBytes = KafkaProducerSettings.DefaultBatchBytes;

    /// <summary>In bytes. An eighth below the smallest limit, for what surrounds the records; at most the client's default.</summary>
    public int BatchBytes => _batchBytes;

    /// <summary>A limit that the broker does not tell (no right to DESCRIBE_CONFIGS, the embedded broker) is none.</summary>
    public async Task ReadAsync(string topic, CancellationToken cancellationToken)
    {
        if (await topics.MaxMessageBytesAsync(topic, cancellationToken) is not { } limit)
        {
            return;
        }

        lock (_lock)
        {
            if (_limits.TryGetValue(topic, out var known) && known == limit)
            {
                return;
            }

            _limits[topic] = limit;
            _batchBytes = Math.Max(1, Math.Min(KafkaProducerSettings.DefaultBatchBytes, _limits.Values.Min() / 8 * 7));
        }

        if (limit < maxEventBytes)
        {
            Log.TopicTakesLess(log, topic, limit, maxEventBytes);
        }
    }
}
