namespace ActorEvents.Aectl.Terminals;

/// <summary>Ctrl+C ends what runs, and nothing else.</summary>
internal sealed class Interrupts
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;

    /// <summary>Until the next signal or the dispose of what is returned; one at a time.</summary>
    public Running Begin()
    {
        var source = new CancellationTokenSource();
        lock (_lock)
        {
            _running = source;
        }

        return new Running(this, source);
    }

    /// <summary>False if nothing runs, or it was told so before: then the process may go.</summary>
    public bool Signal()
    {
        lock (_lock)
        {
            if (_running is not { IsCancellationRequested: false } running)
            {
                return false;
            }

            // Not Cancel: what was waited for would go on here, on the signal's thread and under the lock.
            _ = running.CancelAsync();
            return true;
        }
    }

    internal sealed class Running(Interrupts owner, CancellationTokenSource source) : IDisposable
    {
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._running = null;
            }

            source.Dispose();
        }
    }
}
