using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// A topic's lists under way, oldest first. They complete in this order; when one fails, all do, and so does what comes later, until the topic's id was asked: it would
/// overtake what failed. A record is known by its number among all that the topic was given. Thread-safe: reports come on the client's thread.
/// </summary>
internal sealed class SentLists
{
    private readonly Lock _lock = new();
    private readonly Queue<SentList> _lists = [];
    private readonly Dictionary<int, long> _offsets = [];
    private Exception? _failure;
    private string? _reason;
    private long _next;

    /// <summary>Why a batch was refused last.</summary>
    public string? Reason
    {
        get
        {
            lock (_lock)
            {
                return _reason;
            }
        }
    }

    /// <summary>A list behind all others; it has failed at once if one before it has.</summary>
    public SentList Add(IReadOnlyList<RelayRecord> records)
    {
        lock (_lock)
        {
            var list = new SentList(records, _next);
            _next += records.Count;
            if (_failure is not null)
            {
                list.Fail(_failure);
            }
            else
            {
                _lists.Enqueue(list);
                CompleteFront();
            }

            return list;
        }
    }

    /// <summary>False: it has failed, or holds nothing.</summary>
    public bool Begin(SentList list)
    {
        lock (_lock)
        {
            return list.Begun = !list.Done.IsCompleted;
        }
    }

    /// <summary>
    /// The offset that a partition had come to, if this one is not above it: nothing else tells that a topic was deleted and re-created while the connections stand. Null: it is above.
    /// </summary>
    /// <param name="offset">Below 0: not known.</param>
    public long? WentBack(int partition, long offset)
    {
        lock (_lock)
        {
            if (offset < 0)
            {
                return null;
            }

            if (_offsets.TryGetValue(partition, out var before) && offset <= before)
            {
                return before;
            }

            _offsets[partition] = offset;
            return null;
        }
    }

    public void Take(long number)
    {
        lock (_lock)
        {
            End(number, SentOutcome.Taken);
        }
    }

    /// <summary>Refused with its batch.</summary>
    public void Refuse(long number, string reason)
    {
        lock (_lock)
        {
            if (Find(number) is { } list)
            {
                list.Outcomes[number - list.First] = SentOutcome.Refused;
                _reason = reason;
            }
        }
    }

    public void SetAside(long number, string reason)
    {
        lock (_lock)
        {
            if (Find(number) is { } list)
            {
                list.Refusals.Add(new RelayRefusal((int)(number - list.First), reason));
                End(number, SentOutcome.SetAside);
            }
        }
    }

    /// <summary>What was begun and is neither taken nor set aside, in order.</summary>
    public IReadOnlyList<SentRecord> Open()
    {
        lock (_lock)
        {
            return [.. Begun().Where(s => Outcome(s) < SentOutcome.Taken)];
        }
    }

    /// <summary>Number of the last record that was refused with its batch; -1: none.</summary>
    public long LastRefused()
    {
        lock (_lock)
        {
            return Begun().Where(s => Outcome(s) == SentOutcome.Refused).Select(s => s.Number).DefaultIfEmpty(-1).Max();
        }
    }

    /// <summary>For each key the number of its last record that was taken.</summary>
    public IReadOnlyDictionary<string, long> LastTaken()
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var sent in Begun())
            {
                if (Outcome(sent) == SentOutcome.Taken && sent.Record.Event.Key is { } key)
                {
                    last[key] = sent.Number;
                }
            }
        }

        return last;
    }

    public void Fail(Exception cause)
    {
        lock (_lock)
        {
            _failure = cause;
            while (_lists.TryDequeue(out var list))
            {
                list.Fail(cause);
            }
        }
    }

    /// <summary>Lists are taken again after a failure.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _failure = null;
            _offsets.Clear();
        }
    }

    private static SentOutcome Outcome(SentRecord sent) => sent.List.Outcomes[sent.Index];

    private IEnumerable<SentRecord> Begun() => _lists.Where(l => l.Begun).SelectMany(l => Enumerable.Range(0, l.Records.Count).Select(i => new SentRecord(l, i)));

    /// <summary>Null: its list has completed, or failed.</summary>
    private SentList? Find(long number)
    {
        // Nearly always one of the oldest.
        foreach (var list in _lists)
        {
            if (number < list.First + list.Records.Count)
            {
                return number >= list.First ? list : null;
            }
        }

        return null;
    }

    private void End(long number, SentOutcome outcome)
    {
        if (Find(number) is { } list && list.Outcomes[number - list.First] < SentOutcome.Taken)
        {
            list.Outcomes[number - list.First] = outcome;
            list.Left--;
            CompleteFront();
        }
    }

    private void CompleteFront()
    {
        while (_lists.TryPeek(out var front) && front.Left == 0)
        {
            _lists.Dequeue().Complete();
        }
    }
}
