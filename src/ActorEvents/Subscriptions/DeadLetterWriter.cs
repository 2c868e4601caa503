using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Subscriptions;

/// <summary>Lane or subscription → writer. Answered with <see cref="DeadLettersStored"/> once they stand in the store, however long that takes.</summary>
internal sealed record StoreDeadLetters(LaneSession Session, IReadOnlyList<DeadLetter> Letters);

/// <summary>Writer → who asked: these are stored and may be settled.</summary>
internal sealed record DeadLettersStored(LaneSession Session, long[] Positions);

/// <summary>
/// One per node: stores what its lanes and subscriptions refuse, one write in flight, what comes meanwhile in the next. A failed write is tried again with
/// back-off for ever. What waits here is bounded by the lanes' credits. A row of bad records makes a few log lines, not one each.
/// </summary>
internal sealed class DeadLetterWriter : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(15);

    private readonly IDeadLetterStore _store;
    private readonly ILogger _log;
    private readonly List<(IActorRef From, StoreDeadLetters Asked)> _waiting = [];
    private (IActorRef From, StoreDeadLetters Asked)[] _writing = [];
    private int _failures;
    private int _unsaid;
    private DeadLetter? _last;

    public DeadLetterWriter(IDeadLetterStore store, ILogger log)
    {
        _store = store;
        _log = log;
        Receive<StoreDeadLetters>(m =>
        {
            _waiting.Add((Sender, m));
            if (_writing.Length == 0)
            {
                Write([.. _waiting]);
            }
        });
        Receive<Written>(_ => OnWritten());
        Receive<WriteFailed>(m =>
        {
            var pause = Backoff.After(++_failures, FirstPause, MaxPause);
            Log.DeadLetterStoreFailed(_log, Letters().Length, pause.TotalMilliseconds, m.Cause.Message);
            Timers.StartSingleTimer(WriteAgain.Instance, WriteAgain.Instance, pause);
        });
        Receive<WriteAgain>(_ => StoreAsync(Letters()).PipeTo(Self));
        Receive<SayAgain>(_ => Say());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop() => Say();

    private void Write((IActorRef From, StoreDeadLetters Asked)[] asked)
    {
        _writing = asked;
        _waiting.Clear();
        StoreAsync(Letters()).PipeTo(Self);
    }

    private DeadLetter[] Letters() => [.. _writing.SelectMany(w => w.Asked.Letters)];

    private async Task<object> StoreAsync(DeadLetter[] letters)
    {
        try
        {
            await _store.StoreAsync(letters, CancellationToken.None);
            return Written.Instance;
        }
        catch (Exception e)
        {
            return new WriteFailed(e);
        }
    }

    private void OnWritten()
    {
        _failures = 0;
        foreach (var (from, (session, letters)) in _writing)
        {
            from.Tell(new DeadLettersStored(session, [.. letters.Select(l => l.Position.Number)]));
            _unsaid += letters.Count;
            _last = letters[^1];
        }

        _writing = [];
        if (!Timers.IsTimerActive(SayAgain.Instance))
        {
            Say();
        }

        if (_waiting.Count > 0)
        {
            Write([.. _waiting]);
        }
    }

    private void Say()
    {
        if (_unsaid > 0)
        {
            Log.DeadLettered(_log, _unsaid, _last!.Position.Stream.Label, _last.Position.Number, _last.Reason);
            _unsaid = 0;
            Timers.StartSingleTimer(SayAgain.Instance, SayAgain.Instance, SayEvery);
        }
    }

    private sealed record Written
    {
        public static Written Instance { get; } = new();
    }

    private sealed record WriteFailed(Exception Cause);

    private sealed record WriteAgain
    {
        public static WriteAgain Instance { get; } = new();
    }

    private sealed record SayAgain
    {
        public static SayAgain Instance { get; } = new();
    }
}
