using System.Runtime.InteropServices;

namespace ActorEvents.Node;

/// <summary>
/// SIGTERM, SIGINT and SIGHUP: the first stops in order, a second one ends at once. In place before anything slow begins. The same signal again within a second is the same one:
/// sent to a process group, it comes to <c>dotnet run</c>, too, which passes it on.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan s_same = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action _endAtOnce;
    private (PosixSignal Signal, long At)? _first;

    public StopSignals()
        : this(TimeProvider.System, () => Environment.Exit(ExitCodes.Aborted))
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                On(context.Signal);
            }));
        }
    }

    internal StopSignals(TimeProvider time, Action endAtOnce) => (_time, _endAtOnce) = (time, endAtOnce);

    /// <summary>Cancelled by the first signal; also by one that comes while the process ends.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    internal void On(PosixSignal signal)
    {
        lock (_lock)
        {
            if (_first is { } first)
            {
                if (first.Signal == signal && _time.GetElapsedTime(first.At) < s_same)
                {
                    return;
                }

                Console.Error.WriteLine($"{signal} again: ending at once; nothing acknowledged is lost, what was under way is handled at the next start.");
            }
            else
            {
                _first = (signal, _time.GetTimestamp());
                Console.Error.WriteLine($"{signal}: stopping; once more ends at once.");
                ThreadPool.QueueUserWorkItem(_ => _stop.Cancel());
                return;
            }
        }

        _endAtOnce();
    }
}
