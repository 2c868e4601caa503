using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Subscriptions;

/// <summary>
/// One per handler type on each node. Selects its events from the EventStream, asks the key selector, delivers to the shard region, sends again after a
/// time-out, tells each lane what is settled. Holds nothing that survives it: if it fails, all sessions of the node end.
/// </summary>
internal sealed class HandlerSubscription : ReceiveActor, IWithTimers
{
    private readonly int _index;
    private readonly HandlerDefinition _handler;
    private readonly IActorRef _region;
    private readonly IActorRef _deadLetters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DeliveryWindow _window;
    private readonly Dictionary<LaneSession, SessionState> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<SessionState> _touched = [];
    private readonly Action<LaneSession, long> _settle;
    private readonly RepeatedErrors _resends;
    private int _unsaid;
    private bool _soon;

    public HandlerSubscription(
        int index, HandlerDefinition handler, IActorRef region, IActorRef deadLetters, DeliveryOptions options, TimeProvider time, ILogger log)
    {
        _index = index;
        _handler = handler;
        _region = region;
        _deadLetters = deadLetters;
        _time = time;
        _log = log;
        _window = new DeliveryWindow(options, time);
        _settle = Settle;
        _resends = new RepeatedErrors(time);
        var tick = options.ResendAfter / 5;

        Receive<OpenSession>(m =>
        {
            _sessions[m.Session] = new SessionState(m.Session);
            m.Session.Lane.Tell(new SessionOpened(m.Session, _index));
        });
        Receive<CloseSession>(m =>
        {
            if (_sessions.Remove(m.Session, out var state))
            {
                _touched.Remove(state);
                _window.Close(m.Session);
                Soon();
            }
        });
        Receive<Emitted>(OnEmitted);
        Receive<Done>(m =>
        {
            _window.Done(m.Key, m.Stream, m.UpTo, _time.GetTimestamp(), _settle);
            Soon();
        });
        Receive<Resend>(m =>
        {
            _window.Resend(m.Key, m.Stream);
            Soon();
        });
        Receive<Flush>(_ => Now());
        Receive<Tick>(_ => OnTick());
        Receive<DeadLettersStored>(m =>
        {
            Metrics.DeadLettered(_handler.Name, m.Positions.Length);
            foreach (var position in m.Positions)
            {
                Settle(m.Session, position);
            }

            Soon();
        });
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, tick);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(Emitted));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void OnEmitted(Emitted emitted)
    {
        if (!_sessions.TryGetValue(emitted.Session, out var state) || emitted.Sequence != state.Next)
        {
            // Cannot happen: the lane emits once its OpenSession is answered, and CloseSession is the last that it says.
            Log.UnknownSession(_log, _handler.Name, emitted.Session.ToString());
            Context.Parent.Tell(new UnknownSession(emitted.Session));
            return;
        }

        state.Next++;
        if (state.Stalled.Count > 0)
        {
            foreach (var envelope in emitted.Events)
            {
                state.Stalled.Enqueue(envelope);
            }

            return;
        }

        for (var i = 0; i < emitted.Events.Length; i++)
        {
            if (!Route(state, emitted.Events[i]))
            {
                for (var rest = i; rest < emitted.Events.Length; rest++)
                {
                    state.Stalled.Enqueue(emitted.Events[rest]);
                }

                break;
            }
        }

        Soon();
    }

    /// <summary>One event to its key. False: the key selector failed, and nothing behind it may be routed.</summary>
    private bool Route(SessionState state, EventEnvelope envelope)
    {
        if (!_handler.Selector.Matches(envelope))
        {
            Settle(state, envelope.Position.Number);
            return true;
        }

        KeySelection selection;
        try
        {
            selection = _handler.SelectKey(envelope);
        }
        catch (PayloadException e)
        {
            // The bytes will not change: no key can ever be had from them.
            selection = new KeySelection(null, e.Message);
        }
        catch (Exception e)
        {
            Metrics.HandlerFailed(_handler.Name);
            var pause = Backoff.After(++state.Failures, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            state.TryAgain = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
            Log.KeySelectorFailed(
                _log, _handler.Name, envelope.Position.Stream.Name, envelope.Position.Number, envelope.Id, envelope.Type, pause.TotalMilliseconds, e.Message);
            return false;
        }

        state.Failures = 0;
        if (selection.Key is { } key)
        {
            _window.Add(state.Session, new EntityKey(key), envelope);
        }
        else if (selection.Problem is { } problem)
        {
            StoreDeadLetter(state, envelope, problem);
        }
        else
        {
            Settle(state, envelope.Position.Number);
        }

        return true;
    }

    private void OnTick()
    {
        var now = _time.GetTimestamp();
        foreach (var state in _sessions.Values)
        {
            if (state.Stalled.Count > 0 && state.TryAgain <= now)
            {
                while (state.Stalled.TryPeek(out var envelope) && Route(state, envelope))
                {
                    state.Stalled.Dequeue();
                }
            }
        }

        var again = _window.TimeOut(now);
        if (again > 0)
        {
            Metrics.Resent(_handler.Name, again);
            _unsaid += again;
            if (_resends.IsWorthSaying(""))
            {
                Log.Resending(_log, _handler.Name, _unsaid, _window.Overdue);
                _unsaid = 0;
            }
        }

        Now();
    }

    private void StoreDeadLetter(SessionState state, EventEnvelope envelope, string problem)
    {
        var letter = new DeadLetter(
            envelope.Position, problem, envelope.Key is null ? null : System.Text.Encoding.UTF8.GetBytes(envelope.Key), envelope.Data.ToArray(), DeadLetterHeaders.Of(envelope))
        {
            Handler = _handler.Name,
        };
        _deadLetters.Tell(new StoreDeadLetters(state.Session, [letter]));
    }

    private void Settle(LaneSession session, long position)
    {
        if (_sessions.TryGetValue(session, out var state))
        {
            Settle(state, position);
        }
    }

    private void Settle(SessionState state, long position)
    {
        state.Settled.Add(position);
        _touched.Add(state);
    }

    /// <summary>What already lies in the mailbox joins in first: more events a list, more positions a settlement, and no wait when it is empty.</summary>
    private void Soon()
    {
        if (!_soon)
        {
            _soon = true;
            Self.Tell(Flush.Instance);
        }
    }

    /// <summary>Sends what is ready to the entities, and what is settled to the lanes.</summary>
    private void Now()
    {
        _soon = false;
        var now = _time.GetTimestamp();
        while (_window.TryNext(now, out var delivery))
        {
            _region.Tell(new Deliver(delivery.Key, delivery.Stream, delivery.Events), Self);
        }

        foreach (var state in _touched)
        {
            long[] positions = [.. state.Settled];
            state.Settled.Clear();
            Metrics.Settled(_handler.Name, positions.Length);
            state.Session.Lane.Tell(new Settled(state.Session, _index, positions));
        }

        _touched.Clear();
    }

    private sealed class SessionState(LaneSession session)
    {
        public LaneSession Session { get; } = session;

        public List<long> Settled { get; } = [];

        /// <summary>Events behind a failed key selector, in order; bounded by the lane's credits.</summary>
        public Queue<EventEnvelope> Stalled { get; } = new();

        /// <summary>Sequence of the next <see cref="Emitted"/>.</summary>
        public long Next { get; set; }

        public int Failures { get; set; }

        public long TryAgain { get; set; }
    }

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }
}
