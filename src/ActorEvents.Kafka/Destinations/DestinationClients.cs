using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Retries;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// The clients of one destination. Each topic has its own: a broker works on one request of a connection at a time, and keeps one that waits for replicas which are gone, so a topic that takes
/// nothing would hold all that share its connection. Thread-safe.
/// </summary>
/// <param name="maxEventBytes">Largest event; the client's own limit is this and 64 KiB for what surrounds it.</param>
internal sealed class DestinationClients(KafkaClientOptions options, TopicLimits limits, int maxEventBytes, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_flush = TimeSpan.FromSeconds(2);

    /// <summary>At most: a list is handed over at a stroke, and what comes later is in the next one.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(0.5);
    private readonly RepeatedErrors _errors = new(time);
    private readonly Lock _lock = new();
    private readonly HashSet<DestinationClient> _open = [];

    /// <summary>How a client of a destination is set.</summary>
    /// <param name="alone">One record a batch.</param>
    public static KafkaProducerSettings Settings(KafkaClientOptions options, TopicLimits limits, int maxEventBytes, bool alone) => KafkaProducerSettings.Of(options) with
    {
        ClientId = "actor-events-relay",
        MaxMessageBytes = maxEventBytes + (64 * 1024),
        BatchBytes = limits.BatchBytes,
        Linger = alone ? TimeSpan.Zero : options.Linger < s_linger ? options.Linger : s_linger,
        WaitForLostBrokers = false,
    };

    /// <summary>A topic that was read since takes less than its batches may have.</summary>
    public bool IsOutdated(DestinationClient client) => !client.IsAlone && limits.BatchBytes < client.BatchBytes;

    /// <summary>A client for one topic.</summary>
    /// <param name="alone">One record a batch.</param>
    public DestinationClient Make(bool alone)
    {
        var client = new DestinationClient(Settings(options, limits, maxEventBytes, alone), alone, time, Lost);
        lock (_lock)
        {
            _open.Add(client);
        }

        return client;
    }

    /// <summary>Ends a client, and completes when nothing of it can arrive any more. Unless it was lost, it gets two seconds for what is under way.</summary>
    public async Task CloseAsync(DestinationClient client, bool flush = true)
    {
        client.End(null);
        await client.CloseAsync(flush && client.Lost is null ? s_flush : TimeSpan.Zero);
        lock (_lock)
        {
            _open.Remove(client);
        }
    }

    /// <summary>Ends all.</summary>
    public Task CloseAsync()
    {
        DestinationClient[] open;
        lock (_lock)
        {
            open = [.. _open];
        }

        return Task.WhenAll(open.Select(c => CloseAsync(c, flush: false)));
    }

    private void Lost(Error error)
    {
        if (_errors.IsWorthSaying(error.Code.ToString()))
        {
            Log.ProducerLost(log, error.Code, error.Reason);
        }
    }
}
