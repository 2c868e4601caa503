using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>One list of a topic that is under way.</summary>
internal sealed class TransactionalList(IReadOnlyList<RelayRecord> records)
{
    private readonly TaskCompletionSource<IReadOnlyList<RelayRefusal>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RelayRefusal> _refusals = [];

    public IReadOnlyList<RelayRecord> Records => records;

    public Task<IReadOnlyList<RelayRefusal>> Done => _done.Task;

    public void SetAside(int index, string reason) => _refusals.Add(new RelayRefusal(index, reason));

    public void Complete() => _done.TrySetResult([.. _refusals.OrderBy(r => r.Index)]);

    public void Fail(Exception cause) => _done.TrySetException(cause);
}

/// <summary>A record of a list.</summary>
internal readonly record struct TransactionalRecord(TransactionalList List, int Index)
{
    public RelayRecord Record => List.Records[Index];
}
