using ActorEvents.Kafka.Producers;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// One client of the destination, from its making to its loss. What it reports reaches only the round that it was handed: a former one cannot fail what a new one sends.
/// </summary>
internal sealed class DestinationClient
{
    private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(5);
    private readonly IProducer<byte[]?, byte[]> _producer;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private Round? _round;
    private Error? _lost;

    /// <param name="alone">Each round is one record, so that a refusal is the record's. Otherwise nothing is sent behind a batch that was refused.</param>
    /// <param name="lost">Told what ends the client, on its thread.</param>
    public DestinationClient(KafkaProducerSettings settings, bool alone, TimeProvider time, Action<Error> lost)
    {
        (_time, IsAlone) = (time, alone);
        BatchBytes = settings.BatchBytes;
        var config = settings.ToClientConfig();
        config.EnableGaplessGuarantee = !alone;
        _producer = new ProducerBuilder<byte[]?, byte[]>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.Code == ErrorCode.Local_GaplessGuarantee)
                {
                    Lose(error)?.End();
                }
                else if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
                {
                    lost(error);
                    Lose(error)?.Fail(new KafkaException(error));
                }
            })
            .Build();
    }

    public bool IsAlone { get; }

    public int BatchBytes { get; }

    /// <summary>Topics whose id was asked since this client was made.</summary>
    public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>What has ended the client; null: nothing.</summary>
    public Error? Lost
    {
        get
        {
            lock (_lock)
            {
                return _lost;
            }
        }
    }

    /// <summary>What is handed over from now on belongs to this round; it fails at once if the client is lost.</summary>
    public void Begin(Round round)
    {
        Error? lost;
        lock (_lock)
        {
            (_round, lost) = (round, _lost);
        }

        if (lost is not null)
        {
            round.Fail(new KafkaException(lost));
        }
    }

    /// <summary>Hands a record over, and waits while the client's queue is full. Does nothing once the round is over: what came behind would be sent without what is in front of it.</summary>
    public async ValueTask ProduceAsync(Round round, int index, string topic, Message<byte[]?, byte[]> message, CancellationToken cancellationToken)
    {
        while (!round.Over.IsCompleted)
        {
            try
            {
                _producer.Produce(topic, message, report => Reported(round, index, report.Error));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(s_queueFullPause, _time, cancellationToken);
            }
            catch (ProduceException<byte[]?, byte[]> e) when (ProduceFailedException.Refuses(e.Error.Code))
            {
                // By the client itself, before it was in a batch.
                round.SetAside(index, Reason(e.Error));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e)
            {
                Reported(round, index, e.Error);
                return;
            }
        }
    }

    /// <summary>Waits up to <paramref name="flush"/> for reports of what is under way, then ends the client. On a thread of its own: the pool's threads, and Akka's, are few.</summary>
    public Task CloseAsync(TimeSpan flush) => Task.Factory.StartNew(
        () =>
        {
            if (flush > TimeSpan.Zero)
            {
                _producer.Flush(flush);
            }

            _producer.Dispose();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static string Reason(Error error) => $"{error.Reason} ({error.Code})";

    private void Reported(Round round, int index, Error error)
    {
        if (!error.IsError)
        {
            round.Taken(index);
        }
        else if (ProduceFailedException.Refuses(error.Code) || error.Code == ErrorCode.Local_InvalidDifferentRecord)
        {
            if (IsAlone)
            {
                round.SetAside(index, Reason(error));
            }
            else
            {
                round.Refused(index, Reason(error));
            }
        }
        else if (error.Code is ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight or ErrorCode.Local_GaplessGuarantee or ErrorCode.Local_Fatal)
        {
            round.Unsent();
        }
        else
        {
            round.Fail(new KafkaException(error));
        }
    }

    private Round? Lose(Error error)
    {
        lock (_lock)
        {
            _lost = error;
            return _round;
        }
    }
}
