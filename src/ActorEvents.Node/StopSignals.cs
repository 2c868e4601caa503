using System.Runtime.InteropServices;

namespace ActorEvents.Node;

/// <summary>SIGTERM, SIGINT and SIGHUP: the first stops in order, a second one ends at once. In place before anything slow begins.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    public StopSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, On));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            Console.Error.WriteLine($"{context.Signal} again: ending at once; nothing acknowledged is lost, what was under way is handled at the next start.");
            Environment.Exit(ExitCodes.Aborted);
        }

        Console.Error.WriteLine($"{context.Signal}: stopping; once more ends at once.");
        ThreadPool.QueueUserWorkItem(_ => _stop.Cancel());
    }
}
