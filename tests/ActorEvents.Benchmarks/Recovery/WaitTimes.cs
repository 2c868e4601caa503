namespace ActorEvents.Benchmarks.Recovery;

/// <summary>When each of some events was handed to its lane, and how long its answer took.</summary>
internal sealed class WaitTimes(int events)
{
    private readonly long[] _handedOver = new long[events];
    private readonly double[] _waited = new double[events];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answered;

    /// <summary>Completes when all are answered.</summary>
    public Task All => _all.Task;

    public int Missing => events - Volatile.Read(ref _answered);

    public void HandedOver(int number) => _handedOver[number] = TimeProvider.System.GetTimestamp();

    public void Answered(int number)
    {
        _waited[number] = TimeProvider.System.GetElapsedTime(_handedOver[number]).TotalMilliseconds;
        if (Interlocked.Increment(ref _answered) == events)
        {
            _all.TrySetResult();
        }
    }

    /// <summary>In milliseconds, of all; ask when all are answered.</summary>
    public double Percentile(double part) => _waited.Order().ElementAt((int)(part * (events - 1)));
}
