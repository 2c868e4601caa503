using System.Collections.Concurrent;
using ActorEvents.Kafka.Producers;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// One client of the destination, from its making to its end. What it reports reaches only the rounds that it was handed: a former one cannot fail what a new one sends.
/// </summary>
internal sealed class DestinationClient
{
    private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(5);
    private readonly IProducer<byte[]?, byte[]> _producer;
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<Round> _rounds = [];
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
        _producer = new ProducerBuilder<byte[]?, byte[]>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
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
            })
            .Build();
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
    public bool HasAsked(string topic) => _asked.ContainsKey(topic);

    public void Asked(string topic) => _asked[topic] = true;

    /// <summary>The round may hand records over; it is over at once if the client has ended.</summary>
    public void Begin(Round round)
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _rounds.Add(round);
                return;
            }
        }

        Tell(round, Lost);
    }

    public void Leave(Round round)
    {
        lock (_lock)
        {
            _rounds.Remove(round);
        }
    }

    /// <summary>Ends all rounds.</summary>
    /// <param name="lost">They fail with it; null: what is under way may still arrive, the rest is sent by another client.</param>
    public void End(Error? lost)
    {
        Round[] rounds;
        lock (_lock)
        {
            _ended = true;
            _lost ??= lost;
            rounds = [.. _rounds];
        }

        foreach (var round in rounds)
        {
            Tell(round, lost);
        }
    }

    /// <summary>Hands a record over, and waits while the client's queue is full. Does nothing once the round is over: what came behind would be sent without what is in front of it.</summary>
    public async ValueTask ProduceAsync(Round round, SentRecord sent, Message<byte[]?, byte[]> message, CancellationToken cancellationToken)
    {
        while (!round.Over.IsCompleted)
        {
            try
            {
                _producer.Produce(sent.Record.Topic, message, report => Reported(round, sent, report.Error));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(s_queueFullPause, _time, cancellationToken);
            }
            catch (ProduceException<byte[]?, byte[]> e) when (ProduceFailedException.Refuses(e.Error.Code))
            {
                // By the client itself, before it was in a batch.
                round.SetAside(sent, Reason(e.Error));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e)
            {
                Reported(round, sent, e.Error);
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
        }
    }

    private static string Reason(Error error) => $"{error.Reason} ({error.Code})";

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

    private void Reported(Round round, SentRecord sent, Error error)
    {
        if (!error.IsError)
        {
            round.Taken(sent);
        }
        else if (ProduceFailedException.Refuses(error.Code) || error.Code == ErrorCode.Local_InvalidDifferentRecord)
        {
            if (IsAlone)
            {
                round.SetAside(sent, Reason(error));
            }
            else
            {
                round.Refused(sent, Reason(error));
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
}
