using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations;

/// <summary>What became of a record.</summary>
internal enum SentOutcome : byte
{
    Open,

    /// <summary>Refused with its batch; still to be sent alone.</summary>
    Refused,
    Taken,
    SetAside,
}

/// <summary>One list of a topic, and what became of each of its records. Changed only by <see cref="SentLists"/>.</summary>
/// <param name="first">Number of its first record among all that the topic was given.</param>
internal sealed class SentList(IReadOnlyList<RelayRecord> records, long first)
{
    private readonly TaskCompletionSource<IReadOnlyList<RelayRefusal>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<RelayRecord> Records => records;

    public long First => first;

    public SentOutcome[] Outcomes { get; } = new SentOutcome[records.Count];

    public List<RelayRefusal> Refusals { get; } = [];

    /// <summary>Records that are neither taken nor set aside.</summary>
    public int Left { get; set; } = records.Count;

    /// <summary>Its first record was handed to a client, or is about to be.</summary>
    public bool Begun { get; set; }

    public Task<IReadOnlyList<RelayRefusal>> Done => _done.Task;

    public void Complete()
    {
        Refusals.Sort((a, b) => a.Index.CompareTo(b.Index));
        _done.TrySetResult(Refusals);
    }

    public void Fail(Exception cause) => _done.TrySetException(cause);
}

/// <summary>A record of a list.</summary>
internal readonly record struct SentRecord(SentList List, int Index)
{
    public RelayRecord Record => List.Records[Index];

    public long Number => List.First + Index;
}
