using ActorEvents.Kafka.Clients;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>
/// The client of one producer stage: counts what is under way, and ends with a result whatever happens. A broker refuses whole batches, so nothing is sent behind one that was refused: another
/// client sends what was refused once more, one record a batch, and a third one what came behind it. Meanwhile nothing is taken.
/// </summary>
internal sealed class ProducerClient(KafkaProducerSettings settings)
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource<ProducerFlushed> _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly SentRecords _sent = new();
    private readonly Lock _lock = new();
    private Action<Exception> _fatal = _ => { };
    private IProducer<byte[]?, byte[]?>? _producer;
    private Task _resending = Task.CompletedTask;
    private bool _taking = true;
    private bool _again;
    private long _produced;
    private long _acknowledged;
    private long _refused;
    private volatile bool _lost;

    public Task<ProducerFlushed> Flushed => _flushed.Task;

    /// <param name="fatal">Called when the client cannot go on.</param>
    public void Start(Action<Exception> fatal)
    {
        _fatal = fatal;
        _producer = Build(alone: false);
    }

    /// <summary>False: the client's queue is full, or what was refused is being sent once more. A record that is refused at once is reported as one that is refused later.</summary>
    public bool TryProduce(in ProducerRecord record, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        lock (_lock)
        {
            if (!_taking)
            {
                return false;
            }

            var sent = _sent.Begin(record, report);
            if (!TryHand(_producer!, sent, sent.Batched))
            {
                _sent.TakeBack(sent);
                return false;
            }

            _produced++;
            _sent.Add(sent);
            return true;
        }
    }

    /// <summary>Any thread: a record has been reported.</summary>
    public void Reported(bool refused) => Interlocked.Increment(ref (refused ? ref _refused : ref _acknowledged));

    /// <summary>Flushes until the deadline and closes, on a thread of its own, because both wait.</summary>
    public void Close(Exception? failure) => _ = OnThread(() =>
    {
        try
        {
            if (failure is not null || _lost || !_resending.Wait(settings.FlushTimeout))
            {
                _closing.Cancel();
                _resending.Wait();
            }

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
    });

    private long Reports => Volatile.Read(ref _acknowledged) + Volatile.Read(ref _refused);

    private static Task OnThread(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IProducer<byte[]?, byte[]?> Build(bool alone)
    {
        var config = settings.ToClientConfig();
        config.EnableGaplessGuarantee = !alone;
        return new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.Code == ErrorCode.Local_GaplessGuarantee)
                {
                    ResendRefused();
                }
                else if (error.IsFatal || (error.Code == ErrorCode.Local_AllBrokersDown && !settings.WaitForLostBrokers))
                {
                    _lost = true;
                    _fatal(new KafkaException(AccessRights.Explain(error, "Write", "topic " + (_sent.OldestTopic ?? "…"))));
                }
            })
            .Build();
    }

    /// <summary>False: the client's queue is full. What the client ended by meanwhile leaves open is sent again with the rest.</summary>
    private bool TryHand(IProducer<byte[]?, byte[]?> producer, SentRecord sent, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        try
        {
            producer.Produce(sent.Record.Target, sent.Record.ToMessage(), report);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            // By the client itself, before it was in a batch.
            _sent.Reported(sent, new DeliveryReport<byte[]?, byte[]?> { Topic = sent.Record.Topic, Error = e.Error }, alone: true);
            return true;
        }
    }

    /// <summary>The client has ended behind a batch that was refused.</summary>
    private void ResendRefused()
    {
        lock (_lock)
        {
            _again = !_taking;
            if (_again)
            {
                return;
            }

            _taking = false;
            _resending = OnThread(() =>
            {
                try
                {
                    do
                    {
                        Resend();
                    }
                    while (!TakeAgain());
                }
                catch (OperationCanceledException)
                {
                    // The stage has ended.
                }
                catch (KafkaException e)
                {
                    _lost = true;
                    _fatal(e);
                }
            });
        }
    }

    /// <summary>False: what came behind was refused, too.</summary>
    private bool TakeAgain()
    {
        lock (_lock)
        {
            _taking = !_again;
            _again = false;
            return _taking;
        }
    }

    private void Resend()
    {
        _producer!.Flush(s_settle);
        _producer.Dispose();
        _producer = null;
        var (alone, rest) = _sent.Open();
        using (var single = Build(alone: true))
        {
            foreach (var (sent, overtaken) in alone)
            {
                if (overtaken is not null)
                {
                    _sent.End(sent, new DeliveryReport<byte[]?, byte[]?> { Topic = sent.Record.Topic, Error = overtaken });
                    continue;
                }

                var reported = new TaskCompletionSource();
                Hand(single, sent, report =>
                {
                    sent.Alone(report);
                    reported.TrySetResult();
                });
                if (!sent.Done)
                {
                    reported.Task.Wait(_closing.Token);
                }
            }
        }

        _producer = Build(alone: false);
        foreach (var sent in rest)
        {
            Hand(_producer, sent, sent.Batched);
        }
    }

    private void Hand(IProducer<byte[]?, byte[]?> producer, SentRecord sent, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        while (!TryHand(producer, sent, report))
        {
            _closing.Token.WaitHandle.WaitOne(s_queueFullPause);
            _closing.Token.ThrowIfCancellationRequested();
        }
    }
}
