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
/// retried without end until it is acknowledged or refused for good, so there is never a gap in the order of a partition.
/// </summary>
public sealed class KafkaDestination : IRelayDestination
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(5);
    private readonly KafkaClientOptions _options;
    private readonly KafkaTopics _topics;
    private readonly int _maxMessageBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private IProducer<byte[]?, byte[]>? _producer;
    private volatile Acknowledgements? _batch;
    private volatile Error? _broken;

    /// <param name="topics">Shared; not disposed here.</param>
    /// <param name="maxEventBytes">Largest event; the client's own limit is this and 64 KiB for what surrounds it.</param>
    public KafkaDestination(KafkaClientOptions options, KafkaTopics topics, int maxEventBytes, TimeProvider time, ILogger log)
    {
        _options = options;
        _topics = topics;
        _maxMessageBytes = maxEventBytes + (64 * 1024);
        _time = time;
        _log = log;
        _errors = new RepeatedErrors(time);
    }

    /// <inheritdoc/>
    /// <remarks>Refuses at once while it is known that no broker is reached: the relay then says so, and asks again.</remarks>
    public async Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => _topics.IsUnreachable
        ? throw new KafkaException(new Error(ErrorCode.Local_Transport, _topics.Problem))
        : (await _topics.DescribeAsync(topic, fresh: true, cancellationToken)).Id;

    public async Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records, CancellationToken cancellationToken)
    {
        if (_broken is { } broken && _producer is { } lost)
        {
            // While no broker was there, topics may have been re-created: the relay asks for their ids before anything goes to them.
            await DiscardAsync(lost);
            throw new KafkaException(broken);
        }

        var producer = _producer ??= Build();
        var batch = _batch = new Acknowledgements(records.Count);
        await using var stop = cancellationToken.Register(() => batch.Fail(new OperationCanceledException(cancellationToken)));
        try
        {
            for (var i = 0; i < records.Count && !batch.Task.IsFaulted; i++)
            {
                await ProduceAsync(producer, batch, i, records[i], cancellationToken);
            }

            return await batch.Task;
        }
        catch (Exception)
        {
            // Nothing is known of the rest: what is still under way must not arrive behind what the relay sends again.
            await DiscardAsync(producer);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is { } producer)
        {
            await OnThreadOfItsOwn(() => producer.Flush(TimeSpan.FromSeconds(2)));
            await DiscardAsync(producer);
        }
    }

    private async ValueTask ProduceAsync(IProducer<byte[]?, byte[]> producer, Acknowledgements batch, int index, RelayRecord outgoing, CancellationToken cancellationToken)
    {
        if (!RecordEncoder.TryEncodeBinary(outgoing.Event, out var record, out var reason))
        {
            batch.Refuse(index, reason);
            return;
        }

        var message = new ProducerRecord(outgoing.Topic, record).ToMessage();
        AddTrace(message.Headers, outgoing);

        // Where the list has failed, the relay sends all of it again: what would go on from here is its middle, perhaps into a topic that was re-created meanwhile.
        while (!batch.Task.IsFaulted)
        {
            try
            {
                producer.Produce(outgoing.Topic, message, report => Delivered(batch, index, report.Error));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(QueueFullPause, _time, cancellationToken);
            }
            catch (ProduceException<byte[]?, byte[]> e)
            {
                Delivered(batch, index, e.Error);
                return;
            }
        }
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

    private void Delivered(Acknowledgements batch, int index, Error error)
    {
        if (!error.IsError)
        {
            batch.Acknowledge();
        }
        else if (ProduceFailedException.Refuses(error.Code))
        {
            batch.Refuse(index, $"{error.Reason} ({error.Code})");
        }
        else
        {
            batch.Fail(new KafkaException(error));
        }
    }

    private IProducer<byte[]?, byte[]> Build()
    {
        var settings = KafkaProducerSettings.Of(_options) with { ClientId = "actor-events-relay", MaxMessageBytes = _maxMessageBytes, WaitForLostBrokers = false };
        return new ProducerBuilder<byte[]?, byte[]>(settings.ToClientConfig())
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
                {
                    _broken = error;
                    if (_errors.IsWorthSaying(error.Code.ToString()))
                    {
                        Log.ProducerLost(_log, error.Code, error.Reason);
                    }

                    _batch?.Fail(new KafkaException(error));
                }
            })
            .Build();
    }

    private Task DiscardAsync(IProducer<byte[]?, byte[]> producer)
    {
        _producer = null;
        _broken = null;
        return OnThreadOfItsOwn(producer.Dispose);
    }

    /// <summary>For what waits inside the client: the pool's threads, and Akka's, are few.</summary>
    private static Task OnThreadOfItsOwn(Action wait) =>
        Task.Factory.StartNew(wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Counts the delivery reports of one list; completes exactly once.</summary>
    private sealed class Acknowledgements(int count)
    {
        private readonly TaskCompletionSource<IReadOnlyList<RelayRefusal>> _done = Begin(count);
        private readonly List<RelayRefusal> _refusals = [];
        private int _left = count;

        public Task<IReadOnlyList<RelayRefusal>> Task => _done.Task;

        public void Acknowledge()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.TrySetResult(_refusals);
            }
        }

        public void Refuse(int index, string reason)
        {
            lock (_refusals)
            {
                _refusals.Add(new RelayRefusal(index, reason));
            }

            Acknowledge();
        }

        public void Fail(Exception exception) => _done.TrySetException(exception);

        private static TaskCompletionSource<IReadOnlyList<RelayRefusal>> Begin(int count)
        {
            var done = new TaskCompletionSource<IReadOnlyList<RelayRefusal>>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (count == 0)
            {
                done.SetResult([]);
            }

            return done;
        }
    }
}
