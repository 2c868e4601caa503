using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Producers;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// One client of a topic, from its making to its end. What it reports reaches only the round that it was handed: a former one cannot fail what a new one sends.
/// </summary>
internal sealed class DestinationClient
{
    private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(5);
    private readonly NativeProducer _producer;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile Round? _round;
    private volatile bool _hasAsked;
    private Task? _closed;
    private bool _ended;
    private Error? _lost;

    /// <param name="alone">Each round is one record, so that a refusal is the record's. Otherwise nothing is sent behind a batch that was refused.</param>
    /// <param name="lost">Told what ends the client, on its thread.</param>
    public DestinationClient(KafkaProducerSettings settings, bool alone, TimeProvider time, Action<Error> lost)
    {
        (_time, IsAlone) = (time, alone);
        BatchBytes = settings.BatchBytes;
        var config = settings.ToClientConfig();
        config.EnableGaplessGuarantee = !alone;
        _producer = new NativeProducer(
            config,
            Reported,
            error =>
            {
                if (error.Code == ErrorCode.Local_GaplessGuarantee)
                {
                    End(null);
                }
                else if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
                {
                    lost(error);
                    End(error);
                }
            });
    }

    public bool IsAlone { get; }

    public int BatchBytes { get; }

    /// <summary>Nothing more is to be handed to it.</summary>
    public bool Ended
    {
        get
        {
            lock (_lock)
            {
                return _ended;
            }
        }
    }

    /// <summary>What it was lost by: what is still in it must not be sent any more. Null: by nothing.</summary>
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

    /// <summary>The topic's id was asked since this client was made.</summary>
    public bool HasAsked { get => _hasAsked; set => _hasAsked = value; }

    /// <summary>The round may hand records over; it is over at once if the client has ended. The one before it, if any, is over, with all its reports.</summary>
    public void Begin(Round round)
    {
        lock (_lock)
        {
            _round = round;
            if (!_ended)
            {
                return;
            }
        }

        Tell(round, Lost);
    }

    /// <summary>Ends the round.</summary>
    /// <param name="lost">It fails with it; null: what is under way may still arrive, the rest is sent by another client.</param>
    public void End(Error? lost)
    {
        lock (_lock)
        {
            _ended = true;
            _lost ??= lost;
        }

        if (_round is { } round)
        {
            Tell(round, lost);
        }
    }

    /// <summary>Hands a record over, and waits while the client's queue is full. Does nothing once the round is over: what came behind would be sent without what is in front of it.</summary>
    /// <param name="number">The record's, which it is reported with.</param>
    public async ValueTask ProduceAsync(Round round, long number, string topic, RecordBuffer record, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        while (!round.Over.IsCompleted)
        {
            ErrorCode code;
            try
            {
                code = _producer.Produce(topic, record, value.Span, (nint)number);
            }
            catch (ObjectDisposedException)
            {
                // Whoever has closed it has ended this round before.
                return;
            }

            switch (code)
            {
                case ErrorCode.NoError:
                    return;
                case ErrorCode.Local_QueueFull:
                    await Task.Delay(s_queueFullPause, _time, cancellationToken);
                    break;
                case var refused when ProduceFailedException.Refuses(refused):
                    // By the client itself, before it was in a batch.
                    round.SetAside(number, Reason(code));
                    return;
                default:
                    Reported(round, number, code);
                    return;
            }
        }
    }

    /// <summary>
    /// Waits up to <paramref name="flush"/> for reports of what is under way, then closes the client; called again, it waits for the same. On a thread of its own: the pool's threads,
    /// and Akka's, are few.
    /// </summary>
    public Task CloseAsync(TimeSpan flush)
    {
        lock (_lock)
        {
            return _closed ??= Task.Factory.StartNew(
                () => _producer.Close(flush),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
    }

    private static string Reason(ErrorCode code) => $"{code.GetReason()} ({code})";

    private static void Tell(Round round, Error? lost)
    {
        if (lost is null)
        {
            round.End();
        }
        else
        {
            round.Fail(new KafkaException(lost));
        }
    }

    private void Reported(ProduceReport report)
    {
        if (_round is not { } round)
        {
            return;
        }

        if (report.Error == ErrorCode.NoError)
        {
            round.Taken(report.Opaque, report.Partition, report.Offset);
        }
        else
        {
            Reported(round, report.Opaque, report.Error);
        }
    }

    private void Reported(Round round, long number, ErrorCode code)
    {
        if (ProduceFailedException.Refuses(code) || code == ErrorCode.Local_InvalidDifferentRecord)
        {
            if (IsAlone)
            {
                round.SetAside(number, Reason(code));
            }
            else
            {
                round.Refused(number, Reason(code));
            }
        }
        else if (code is ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight or ErrorCode.Local_GaplessGuarantee or ErrorCode.Local_Fatal)
        {
            round.Unsent();
        }
        else
        {
            round.Fail(new KafkaException(code));
        }
    }
}
