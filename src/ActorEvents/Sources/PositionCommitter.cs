using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources;

/// <summary>
/// One per node: collects what its lanes want committed and writes it in one transaction per interval, one write in flight. A failed write is tried
/// again with back-off for ever; until then nothing is answered, so lanes keep their marks. Kept per lane and not per stream: while a lane ends, another may have
/// taken its stream over, and each waits for its own answer. Positions are only raised, so their order in a write does not matter.
/// </summary>
internal sealed class PositionCommitter : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);
    private readonly Dictionary<IActorRef, CommittedPosition> _wanted = [];
    private readonly IPositionStore _store;
    private readonly ILogger _log;
    private readonly TimeSpan _interval;
    private readonly RepeatedErrors _errors;
    private Dictionary<IActorRef, CommittedPosition> _writing = [];
    private int _failures;

    public PositionCommitter(IPositionStore store, TimeSpan interval, TimeProvider time, ILogger log)
    {
        _store = store;
        _interval = interval;
        _log = log;
        _errors = new RepeatedErrors(time);
        Receive<CommitPosition>(m =>
        {
            _wanted[Sender] = m.Position;
            Schedule(_interval);
        });
        Receive<Flush>(_ => Write());
        Receive<Written>(_ =>
        {
            _failures = 0;
            foreach (var (lane, position) in _writing)
            {
                lane.Tell(new PositionCommitted(position));
            }

            _writing = [];
            if (_wanted.Count > 0)
            {
                Schedule(_interval);
            }
        });
        Receive<WriteFailed>(m =>
        {
            _failures++;
            var pause = Backoff.After(_failures, TimeSpan.FromMilliseconds(200), MaxBackoff);
            if (_errors.IsWorthSaying(""))
            {
                Log.CommitFailed(_log, _writing.Count, pause.TotalMilliseconds, m.Cause.Message);
            }

            foreach (var (lane, position) in _writing)
            {
                _wanted.TryAdd(lane, position);
            }

            _writing = [];
            Schedule(pause);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private void Schedule(TimeSpan pause)
    {
        if (_writing.Count == 0 && !Timers.IsTimerActive(Flush.Instance))
        {
            Timers.StartSingleTimer(Flush.Instance, Flush.Instance, pause);
        }
    }

    private void Write()
    {
        if (_writing.Count > 0 || _wanted.Count == 0)
        {
            return;
        }

        _writing = new(_wanted);
        _wanted.Clear();
        CommittedPosition[] positions = [.. _writing.Values];
        WriteAsync(positions).PipeTo(Self);
    }

    private async Task<object> WriteAsync(CommittedPosition[] positions)
    {
        try
        {
            await _store.RaiseAsync(positions, CancellationToken.None);
            return Written.Instance;
        }
        catch (Exception e)
        {
            return new WriteFailed(e);
        }
    }

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record Written
    {
        public static Written Instance { get; } = new();
    }

    private sealed record WriteFailed(Exception Cause);
}
