using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>The client of one producer stage: counts what is under way, and ends with a result whatever happens.</summary>
internal sealed class ProducerClient(KafkaProducerSettings settings)
{
    private readonly TaskCompletionSource<ProducerFlushed> _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IProducer<byte[]?, byte[]?>? _producer;
    private long _produced;
    private long _acknowledged;
    private long _refused;
    private volatile bool _lost;

    public Task<ProducerFlushed> Flushed => _flushed.Task;

    /// <param name="fatal">Called when the client cannot go on.</param>
    public void Start(Action<Exception> fatal)
    {
        _producer = new ProducerBuilder<byte[]?, byte[]?>(settings.ToClientConfig())
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.IsFatal || (error.Code == ErrorCode.Local_AllBrokersDown && !settings.WaitForLostBrokers))
                {
                    _lost = true;
                    fatal(new KafkaException(error));
                }
            })
            .Build();
    }

    /// <summary>False: the client's queue is full. A record that is refused at once is reported as one that is refused later.</summary>
    public bool TryProduce(in ProducerRecord record, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        try
        {
            _produced++;
            _producer!.Produce(record.Target, record.ToMessage(), report);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            _produced--;
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            report(new DeliveryReport<byte[]?, byte[]?> { Topic = record.Topic, Error = e.Error });
            return true;
        }
    }

    /// <summary>Any thread: a record has been reported.</summary>
    public void Reported(bool refused) => Interlocked.Increment(ref (refused ? ref _refused : ref _acknowledged));

    /// <summary>Flushes until the deadline and closes, on a thread of its own, because both wait.</summary>
    public void Close(Exception? failure) => _ = Task.Factory.StartNew(
        () =>
        {
            try
            {
                if (_produced > Reports && !_lost)
                {
                    _producer?.Flush(settings.FlushTimeout);
                }

                _producer?.Dispose();
            }
            catch (KafkaException e)
            {
                failure ??= e;
            }

            if (failure is null)
            {
                _flushed.TrySetResult(new ProducerFlushed(Volatile.Read(ref _acknowledged), Volatile.Read(ref _refused), _produced - Reports));
            }
            else
            {
                _flushed.TrySetException(failure);

                // Who did not ask sees the failure in the stream.
                _ = _flushed.Task.Exception;
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private long Reports => Volatile.Read(ref _acknowledged) + Volatile.Read(ref _refused);
}
