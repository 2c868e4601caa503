using ActorEvents.Journal.Tail;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;

namespace ActorEvents.Relay;

/// <summary>
/// One per journal, run as a cluster singleton: takes the lease, then lets a <see cref="RelayFeeder"/> pass over the journal whenever there may be
/// something new, one pass at a time, and answers meanwhile. Its mailbox holds notifications, at most one per node and 2 ms, and one of the tail's.
/// </summary>
internal sealed partial class RelayActor : ReceiveActor, IWithTimers
{
    /// <summary>Flushes and status questions waiting at most; further ones are answered at once with what is known (policy: Reject).</summary>
    private const int MaxWaiting = 256;

    private static readonly RelayView NothingKnown = new(0, []);
    private readonly RelaySettings _settings;
    private readonly RepeatedErrors _errors;
    private readonly Dictionary<long, (IActorRef ReplyTo, long? Highest)> _flushes = [];
    private readonly List<IActorRef> _statusWaiting = [];
    private RelayFeeder? _feeder;
    private CancellationTokenSource _cancel = new();
    private Task _pass = Task.CompletedTask;
    private string? _problem = "the relay is starting";
    private bool _running;
    private bool _again;
    private bool _pausing;
    private bool _stopping;
    private int _failures;
    private long _run;
    private long _nextFlush;
    private long _highest;
    private long? _awaited;

    public RelayActor(RelaySettings settings)
    {
        _settings = settings;
        _errors = new RepeatedErrors(settings.Time);
        Receive<JournalAppended>(_ => Kick());
        Receive<Tick>(_ =>
        {
            _pausing = false;
            Kick();
        });
        Receive<Grown>(m =>
        {
            if (m.Place == _awaited)
            {
                _awaited = null;
                Kick();
            }
        });
        Receive<PassDone>(m => m.Run == _run, m => Done(m.Due));
        Receive<PassFailed>(m => m.Run == _run, m => Failed(m.Cause));
        Receive<Progress>(_ =>
        {
            if (_running)
            {
                (_problem, _failures) = (null, 0);
            }

            AnswerFlushes();
        });
        Receive<FlushRelay>(Flush);
        Receive<HighestForFlush>(m =>
        {
            if (_flushes.TryGetValue(m.Flush, out var flush))
            {
                _highest = Math.Max(_highest, m.Highest ?? 0);
                _flushes[m.Flush] = (flush.ReplyTo, m.Highest);
                AnswerFlushes();
            }
        });
        Receive<FlushExpired>(m => AnswerFlush(m.Flush));
        Receive<GetRelayStatus>(_ => Status());
        Receive<HighestForStatus>(m =>
        {
            _highest = Math.Max(_highest, m.Highest ?? 0);
            foreach (var waiting in _statusWaiting)
            {
                waiting.Tell(StatusNow());
            }

            _statusWaiting.Clear();
        });
        Receive<StopRelay>(_ => Stop());
        Receive<Closed>(_ => Context.Stop(Self));
        Receive<PassDone>(_ => { });
        Receive<PassFailed>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RelaySettings settings) => Akka.Actor.Props.Create(() => new RelayActor(settings));

    protected override void PreStart() => Kick();

    protected override void PostStop()
    {
        foreach (var flush in _flushes.Keys.ToArray())
        {
            AnswerFlush(flush);
        }

        _cancel.Cancel();
        if (!_stopping)
        {
            // Stopped without being asked to (the system ends): nobody waits, but the destination is closed all the same.
            _ = CloseAsync(_feeder, _pass);
        }
    }

    private void Kick()
    {
        if (_stopping || _pausing)
        {
            return;
        }

        if (_running)
        {
            _again = true;
            _feeder!.Wake();
            return;
        }

        Timers.Cancel(Tick.Instance);
        (_running, _again) = (true, false);
        var self = Self;
        var feeder = _feeder ??= new RelayFeeder(_settings, () => self.Tell(Progress.Instance)) { StoreAtOnce = _flushes.Count > 0 };
        var (run, token) = (_run, _cancel.Token);

        // Off the dispatcher: SQLite's reads are synchronous.
        _pass = Task.Run(async () => self.Tell(await PassAsync(feeder, run, token)), CancellationToken.None);
    }

    private static async Task<object> PassAsync(RelayFeeder feeder, long run, CancellationToken cancellationToken)
    {
        try
        {
            return new PassDone(run, await feeder.PassAsync(cancellationToken));
        }
        catch (Exception e)
        {
            return new PassFailed(run, e);
        }
    }

    private void Done(TimeSpan? due)
    {
        (_running, _failures, _problem) = (false, 0, null);
        AnswerFlushes();
        if (_again)
        {
            Kick();
            return;
        }

        Await(_feeder!.End);
        if (due is { } pause)
        {
            Timers.StartSingleTimer(Tick.Instance, Tick.Instance, pause);
        }
    }

    /// <summary>Rows that nobody announces: the tail tells when it meets one behind a place.</summary>
    private void Await(long place)
    {
        if (_awaited != place)
        {
            _awaited = place;
            _ = TellAsync(_settings.Tail, place, Self, _cancel.Token);
        }

        static async Task TellAsync(JournalTail tail, long place, IActorRef self, CancellationToken cancellationToken)
        {
            try
            {
                if (await tail.GrownAsync(place, cancellationToken))
                {
                    self.Tell(new Grown(place));
                }
            }
            catch (OperationCanceledException)
            {
                // The relay stops.
            }
        }
    }

    private void Failed(Exception cause)
    {
        _running = false;
        if (_stopping)
        {
            return;
        }

        _failures++;
        _problem = cause.Message;
        var pause = Backoff.After(_failures, _settings.Options.FirstPause, _settings.Options.MaxPause);
        switch (cause)
        {
            case RelayLeaseLostException:
                pause = _settings.Options.LeaseLostPause;
                Log.RelayLeaseLost(_settings.Logger, cause.Message, pause.TotalMilliseconds);
                _ = CloseAsync(_feeder, _pass);
                (_feeder, _cancel) = (null, new CancellationTokenSource());
                _run++;
                break;
            case RelayBlockedException:
                if (_errors.IsWorthSaying(cause.Message))
                {
                    Log.RelayBlocked(_settings.Logger, pause.TotalMilliseconds, cause.Message);
                }

                break;
            default:
                if (_errors.IsWorthSaying(cause.Message))
                {
                    Log.RelayFailed(_settings.Logger, pause.TotalMilliseconds, cause.Message);
                }

                break;
        }

        _pausing = true;
        Timers.StartSingleTimer(Tick.Instance, Tick.Instance, pause);
    }

    private void Stop()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Timers.CancelAll();
        _cancel.Cancel();
        CloseAsync(_feeder, _pass).PipeTo(Self, success: () => Closed.Instance);
    }

    private static async Task CloseAsync(RelayFeeder? feeder, Task pass)
    {
        await pass;
        if (feeder is not null)
        {
            await feeder.CloseAsync();
        }
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }

    private sealed record Progress
    {
        public static Progress Instance { get; } = new();
    }

    private sealed record Grown(long Place);

    private sealed record Closed
    {
        public static Closed Instance { get; } = new();
    }

    private sealed record PassDone(long Run, TimeSpan? Due);

    private sealed record PassFailed(long Run, Exception Cause);

    private sealed record FlushExpired(long Flush);

    private sealed record HighestForFlush(long Flush, long? Highest);

    private sealed record HighestForStatus(long? Highest);
}
