namespace ActorEvents.Relay;

/// <summary>Wakes one waiter, from any thread. It looks at everything after <see cref="Hush"/>: what is rung for from then on wakes it again.</summary>
internal sealed class Bell(TimeProvider time)
{
    private TaskCompletionSource _rung = New();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    public void Hush()
    {
        if (_rung.Task.IsCompleted)
        {
            Volatile.Write(ref _rung, New());
        }
    }

    /// <summary>Completes when it is rung, or after that time; null: only when it is rung.</summary>
    public async Task HeardAsync(TimeSpan? due, CancellationToken cancellationToken)
    {
        await _rung.Task.WaitAsync(due ?? Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
