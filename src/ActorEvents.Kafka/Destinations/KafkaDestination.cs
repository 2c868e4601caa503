using System.Text;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Relay;
using ActorEvents.Retries;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// Publishes to Kafka: idempotent, acknowledged by all replicas, CloudEvents in binary mode, keys to partitions as Java does (murmur2). A record is
/// retried without end until it is acknowledged or refused for good, so there is never a gap in the order of a partition. A broker refuses whole batches:
/// what was refused is sent once more, one record a batch, and only what is refused alone is told as refused.
/// </summary>
public sealed class KafkaDestination : IRelayDestination
{
    private static readonly TimeSpan s_flush = TimeSpan.FromSeconds(2);
    private readonly KafkaClientOptions _options;
    private readonly KafkaTopics _topics;
    private readonly TopicLimits _limits;
    private readonly int _maxEventBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private DestinationClient? _client;

    /// <param name="topics">Shared; not disposed here.</param>
    /// <param name="maxEventBytes">Largest event; the client's own limit is this and 64 KiB for what surrounds it.</param>
    public KafkaDestination(KafkaClientOptions options, KafkaTopics topics, int maxEventBytes, TimeProvider time, ILogger log)
    {
        _options = options;
        _topics = topics;
        _limits = new TopicLimits(topics, maxEventBytes, log);
        _maxEventBytes = maxEventBytes;
        _time = time;
        _log = log;
        _errors = new RepeatedErrors(time);
    }

    /// <inheritdoc/>
    /// <remarks>Refuses at once while it is known that no broker is reached: the relay then says so, and asks again.</remarks>
    public async Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken)
    {
        ThrowIfUnreachable();

        // The client before the question: what happens to the topic behind the answer, the client lives to see.
        var client = await ClientAsync(alone: false);
        var id = await AskAsync(topic, cancellationToken);
        await _limits.ReadAsync(topic, cancellationToken);
        _told[topic] = id;
        client.Asked.Add(topic);
        if (_limits.BatchBytes < client.BatchBytes)
        {
            // The next one has smaller batches, and asks for the ids itself.
            await DiscardAsync(client);
        }

        return id;
    }

    public async Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records, CancellationToken cancellationToken)
    {
        var list = new SentList(records);
        var open = list.Open();
        while (open.Count > 0)
        {
            await SendAsync(list, open, alone: false, cancellationToken);
            if (list.LastRefused() is var last and >= 0)
            {
                await SendAloneAsync(list, last, cancellationToken);
            }

            open = list.Open();
        }

        return list.Refusals;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
        {
            await DiscardAsync(client, s_flush);
        }
    }

    /// <summary>Up to the last record that was refused, in order and each awaited; what is behind it was not sent, and can go in batches again.</summary>
    private async Task SendAloneAsync(SentList list, int last, CancellationToken cancellationToken)
    {
        var taken = list.LastTaken();
        IReadOnlyList<int> open = [.. list.Open().TakeWhile(i => i <= last)];
        Log.RefusedWithBatch(_log, open.Count, list.Records[last].Topic);

        // A limit that was lowered since: what goes in batches again must fit.
        await _limits.ReadAsync(list.Records[last].Topic, cancellationToken);
        foreach (var index in open)
        {
            var record = list.Records[index];
            if (record.Event.Key is { } key && taken.TryGetValue((record.Topic, key), out var behind) && behind > index)
            {
                // A broker that knows nothing of the client yet takes a second batch behind a refused first one.
                list.SetAside(index, $"{list.Reason}; refused with its batch, and a later event of its key was taken behind it, so that it cannot be sent alone in its order any more");
                continue;
            }

            await SendAsync(list, [index], alone: true, cancellationToken);
        }

        if (_client is { IsAlone: true } client)
        {
            await DiscardAsync(client);
        }
    }

    private async Task SendAsync(SentList list, IReadOnlyList<int> open, bool alone, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(alone);
        await AskedAsync(client, list.Records, open, cancellationToken);
        var round = new Round(list, open.Count);
        await using var stop = cancellationToken.Register(() => round.Fail(new OperationCanceledException(cancellationToken)));
        try
        {
            client.Begin(round);
            for (var i = 0; i < open.Count && !round.Over.IsCompleted; i++)
            {
                await ProduceAsync(client, round, open[i], list.Records[open[i]], cancellationToken);
            }

            await round.Over;
        }
        catch (Exception)
        {
            // Nothing is known of the rest: what is still under way must not arrive behind what the relay sends again.
            await DiscardAsync(client);
            throw;
        }

        if (!alone && (client.Lost is not null || list.LastRefused() >= 0))
        {
            // The reports of what was under way beside the refused batch.
            await DiscardAsync(client, s_flush);
            if (round.Failure is { } failure)
            {
                throw failure;
            }

            if (client.Lost is { } lost && list.LastRefused() < 0 && list.Open().Count > 0)
            {
                throw new KafkaException(lost);
            }
        }
    }

    private static ValueTask ProduceAsync(DestinationClient client, Round round, int index, RelayRecord outgoing, CancellationToken cancellationToken)
    {
        if (!RecordEncoder.TryEncodeBinary(outgoing.Event, out var record, out var reason))
        {
            round.SetAside(index, reason);
            return ValueTask.CompletedTask;
        }

        var message = new ProducerRecord(outgoing.Topic, record).ToMessage();
        AddTrace(message.Headers, outgoing);
        return client.ProduceAsync(round, index, outgoing.Topic, message, cancellationToken);
    }

    /// <summary>Kafka's own headers for the hop, which tracing of other consumers reads; the event's extension, which says where it was decided, is never changed by a hop.</summary>
    private static void AddTrace(Headers headers, RelayRecord outgoing)
    {
        if ((outgoing.HopTraceParent ?? outgoing.Event.Extension("traceparent")) is { } parent)
        {
            headers.Add("traceparent", Encoding.UTF8.GetBytes(parent));
            if (outgoing.Event.Extension("tracestate") is { } state)
            {
                headers.Add("tracestate", Encoding.UTF8.GetBytes(state));
            }
        }
    }

    /// <summary>No topic is fed before its id was asked since the client was made: it may have been re-created while there was none, or while no broker was reached.</summary>
    private async Task AskedAsync(DestinationClient client, IReadOnlyList<RelayRecord> records, IReadOnlyList<int> open, CancellationToken cancellationToken)
    {
        foreach (var index in open)
        {
            var topic = records[index].Topic;
            if (client.Asked.Contains(topic))
            {
                continue;
            }

            var id = await AskAsync(topic, cancellationToken);
            if (_told.TryGetValue(topic, out var told) && told != id)
            {
                throw new KafkaException(new Error(ErrorCode.UnknownTopicId, $"topic {topic} was re-created: its id is now {id}"));
            }

            client.Asked.Add(topic);
        }
    }

    private async Task<string> AskAsync(string topic, CancellationToken cancellationToken)
    {
        ThrowIfUnreachable();
        return (await _topics.DescribeAsync(topic, fresh: true, cancellationToken)).Id;
    }

    private void ThrowIfUnreachable()
    {
        if (_topics.IsUnreachable)
        {
            throw new KafkaException(new Error(ErrorCode.Local_Transport, _topics.Problem));
        }
    }

    private async Task<DestinationClient> ClientAsync(bool alone)
    {
        if (_client is { } client && (client.Lost is not null || client.IsAlone != alone))
        {
            await DiscardAsync(client);
        }

        return _client ??= new DestinationClient(
            KafkaProducerSettings.Of(_options) with
            {
                ClientId = "actor-events-relay",
                MaxMessageBytes = _maxEventBytes + (64 * 1024),
                BatchBytes = _limits.BatchBytes,
                Linger = alone ? TimeSpan.Zero : _options.Linger,
                WaitForLostBrokers = false,
            },
            alone,
            _time,
            Lost);
    }

    private void Lost(Error error)
    {
        if (_errors.IsWorthSaying(error.Code.ToString()))
        {
            Log.ProducerLost(_log, error.Code, error.Reason);
        }
    }

    private Task DiscardAsync(DestinationClient client, TimeSpan flush = default)
    {
        _client = null;
        return client.CloseAsync(flush);
    }
}
