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

    /// <summary>Completes when it is rung, or after that time.</summary>
    /// <returns>Whether it was rung.</returns>
    public async Task<bool> HeardAsync(TimeSpan due, CancellationToken cancellationToken)
    {
        await _rung.Task.WaitAsync(due, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return _rung.Task.IsCompleted;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
