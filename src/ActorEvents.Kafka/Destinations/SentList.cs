using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations;

/// <summary>What became of each record of one list. Thread-safe: reports come on the client's thread.</summary>
internal sealed class SentList(IReadOnlyList<RelayRecord> records)
{
    private readonly Lock _lock = new();
    private readonly Outcome[] _outcomes = new Outcome[records.Count];
    private readonly List<RelayRefusal> _refusals = [];
    private string? _reason;

    private enum Outcome : byte
    {
        Open,

        /// <summary>Refused with its batch; still to be sent alone.</summary>
        Refused,
        Taken,
        SetAside,
    }

    public IReadOnlyList<RelayRecord> Records => records;

    public IReadOnlyList<RelayRefusal> Refusals
    {
        get
        {
            lock (_lock)
            {
                return [.. _refusals.OrderBy(r => r.Index)];
            }
        }
    }

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

    public void Take(int index)
    {
        lock (_lock)
        {
            _outcomes[index] = Outcome.Taken;
        }
    }

    /// <summary>Refused with its batch.</summary>
    public void Refuse(int index, string reason)
    {
        lock (_lock)
        {
            _outcomes[index] = Outcome.Refused;
            _reason = reason;
        }
    }

    public void SetAside(int index, string reason)
    {
        lock (_lock)
        {
            _outcomes[index] = Outcome.SetAside;
            _refusals.Add(new RelayRefusal(index, reason));
        }
    }

    /// <summary>Places of what is neither taken nor set aside, in their order.</summary>
    public IReadOnlyList<int> Open()
    {
        lock (_lock)
        {
            return [.. Enumerable.Range(0, _outcomes.Length).Where(i => _outcomes[i] < Outcome.Taken)];
        }
    }

    /// <summary>The place of the last record that was refused with its batch; -1: none.</summary>
    public int LastRefused()
    {
        lock (_lock)
        {
            return Array.LastIndexOf(_outcomes, Outcome.Refused);
        }
    }

    /// <summary>For each key of each topic the place of its last record that was taken.</summary>
    public IReadOnlyDictionary<(string Topic, string Key), int> LastTaken()
    {
        var last = new Dictionary<(string, string), int>();
        lock (_lock)
        {
            for (var i = 0; i < _outcomes.Length; i++)
            {
                if (_outcomes[i] == Outcome.Taken && records[i].Event.Key is { } key)
                {
                    last[(records[i].Topic, key)] = i;
                }
            }
        }

        return last;
    }
}
