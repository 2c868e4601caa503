using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// What of a list one client was handed. Over when all of it is reported, when a batch was refused, or when it failed. Reports come on the client's thread.
/// </summary>
internal sealed class Round(SentList list, int count)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;
    private Exception? _failure;

    /// <summary>Fails with what makes that nothing is known of the rest.</summary>
    public Task Over => _over.Task;

    /// <summary>The first failure, also of a report that came when the round was over; null: none.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public void Taken(int index)
    {
        list.Take(index);
        Reported();
    }

    public void SetAside(int index, string reason)
    {
        list.SetAside(index, reason);
        Reported();
    }

    /// <summary>Refused, with a batch whose other records may be the reason.</summary>
    public void Refused(int index, string reason)
    {
        list.Refuse(index, reason);
        Reported();
    }

    /// <summary>Not sent: something in front of it was refused.</summary>
    public void Unsent() => Reported();

    /// <summary>Nothing more is to be handed over: the client sends nothing behind what was refused.</summary>
    public void End() => _over.TrySetResult();

    public void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, exception, null);
        _over.TrySetException(exception);
    }

    private void Reported()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _over.TrySetResult();
        }
    }
}
