using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>A record that was handed to a client, until it is acknowledged or has failed for good.</summary>
internal sealed class SentRecord
{
    private readonly SentRecords _all;

    public SentRecord(SentRecords all)
    {
        _all = all;
        Batched = report => _all.Reported(this, report, alone: false);
        Alone = report => _all.Reported(this, report, alone: true);
    }

    public ProducerRecord Record { get; set; }

    /// <summary>Told once, when it is known what became of the record.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> Report { get; set; } = static _ => { };

    /// <summary>For a client that sends batches: a refusal is the batch's.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> Batched { get; }

    /// <summary>For a client that sends each record alone: a refusal is the record's.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> Alone { get; }

    /// <summary>What its batch was refused with; it is still to be sent alone.</summary>
    public Error? Refusal { get; set; }

    /// <summary>It was reported.</summary>
    public bool Done { get; set; }

    /// <summary>It is done, and in the topic.</summary>
    public bool Taken { get; set; }
}

/// <summary>The records of one producer stage that are under way, oldest first. Thread-safe: reports come on the client's thread.</summary>
internal sealed class SentRecords
{
    private readonly Lock _lock = new();
    private readonly Queue<SentRecord> _underWay = new();
    private readonly Stack<SentRecord> _free = new();

    /// <summary>Topic of the oldest record under way; null: there is none.</summary>
    public string? OldestTopic
    {
        get
        {
            lock (_lock)
            {
                return _underWay.TryPeek(out var oldest) ? oldest.Record.Topic : null;
            }
        }
    }

    /// <summary>A record that is about to be handed over; <see cref="Add"/> or <see cref="TakeBack"/> follows.</summary>
    public SentRecord Begin(in ProducerRecord record, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        lock (_lock)
        {
            var sent = _free.TryPop(out var used) ? used : new SentRecord(this);
            (sent.Record, sent.Report, sent.Refusal, sent.Done, sent.Taken) = (record, report, null, false, false);
            return sent;
        }
    }

    /// <summary>It was handed over behind all others, and may be reported by now.</summary>
    public void Add(SentRecord sent)
    {
        lock (_lock)
        {
            _underWay.Enqueue(sent);
            Forget();
        }
    }

    /// <summary>It was not handed over.</summary>
    public void TakeBack(SentRecord sent)
    {
        lock (_lock)
        {
            Free(sent);
        }
    }

    /// <summary>Any thread. What was not sent, because something in front of it was refused, stays open.</summary>
    /// <param name="alone">It was the only one of its batch.</param>
    public void Reported(SentRecord sent, DeliveryReport<byte[]?, byte[]?> report, bool alone)
    {
        var code = report.Error.Code;
        if (code is ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight or ErrorCode.Local_GaplessGuarantee or ErrorCode.Local_Fatal)
        {
            return;
        }

        if (!alone && (ProduceFailedException.Refuses(code) || code == ErrorCode.Local_InvalidDifferentRecord))
        {
            lock (_lock)
            {
                sent.Refusal = report.Error;
            }

            return;
        }

        End(sent, report);
    }

    /// <summary>It is known what became of it.</summary>
    public void End(SentRecord sent, DeliveryReport<byte[]?, byte[]?> report)
    {
        var told = sent.Report;
        lock (_lock)
        {
            (sent.Done, sent.Taken) = (true, !report.Error.IsError);
            Forget();
        }

        told(report);
    }

    /// <summary>What is open, in order, split behind the last record that was refused with its batch. Of the first part each is with a reason why it cannot be sent any more, or null.</summary>
    public (IReadOnlyList<(SentRecord Sent, Error? Overtaken)> Alone, IReadOnlyList<SentRecord> Behind) Open()
    {
        lock (_lock)
        {
            SentRecord[] all = [.. _underWay];
            var last = Array.FindLastIndex(all, s => s is { Done: false, Refusal: not null });
            var alone = new List<(SentRecord, Error?)>();
            var takenKeys = new HashSet<(string Topic, string Key)>();
            for (var i = all.Length - 1; i >= 0; i--)
            {
                var (record, key) = (all[i].Record, all[i].Record.Record.Key);
                if (all[i].Taken && key is not null)
                {
                    takenKeys.Add((record.Topic, Convert.ToBase64String(key)));
                }
                else if (i <= last && !all[i].Done)
                {
                    // A broker that knows nothing of the client yet takes a second batch behind a refused first one.
                    var overtaken = key is not null && takenKeys.Contains((record.Topic, Convert.ToBase64String(key)));
                    alone.Add((all[i], overtaken ? Overtaken(all[i].Refusal) : null));
                }
            }

            alone.Reverse();
            return (alone, [.. all.Skip(last + 1).Where(s => !s.Done)]);
        }
    }

    private static Error Overtaken(Error? refusal) => new(refusal?.Code ?? ErrorCode.InvalidRecord, ProduceFailedException.Overtaken(refusal?.Reason));

    private void Forget()
    {
        while (_underWay.TryPeek(out var front) && front.Done)
        {
            Free(_underWay.Dequeue());
        }
    }

    private void Free(SentRecord sent)
    {
        (sent.Record, sent.Report) = (default, static _ => { });
        _free.Push(sent);
    }
}
