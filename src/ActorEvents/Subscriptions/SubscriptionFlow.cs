using System.Text;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Retries;
using ActorEvents.Telemetry;

namespace ActorEvents.Subscriptions;

/// <summary>
/// What one handler type of a node does with what its lanes emit, pure: selects, asks the key selector, delivers, sends again after a time-out, says what
/// is settled. Paused, it holds nothing. The actor and the simulation of the delivery protocol run this class.
/// </summary>
internal sealed class SubscriptionFlow
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(60);

    private readonly HandlerDefinition _handler;
    private readonly TimeProvider _time;
    private readonly ISubscriptionOutput _output;
    private readonly DeliveryWindow _window;
    private readonly Dictionary<LaneSession, SessionState> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly List<SessionState> _touched = [];
    private readonly Action<LaneSession, long> _settle;
    private SessionState? _settling;
    private bool _soon;

    public SubscriptionFlow(HandlerDefinition handler, DeliveryOptions options, TimeProvider time, ISubscriptionOutput output, bool paused = false)
    {
        _handler = handler;
        _time = time;
        _output = output;
        _window = new DeliveryWindow(options, time);
        _settle = Settle;
        IsPaused = paused;
    }

    public bool IsPaused { get; private set; }

    /// <summary>Deliveries that were sent more than once and are still not answered.</summary>
    public int Overdue => _window.Overdue;

    /// <summary>What it looks like now.</summary>
    public SubscriptionStatus Status => new(
        _handler.Name, IsPaused, _sessions.Count, _window.Unsettled, _window.Keys, _window.InFlight, _window.Overdue, [.. _sessions.Values.Where(s => s.Stalled.Count > 0).Select(s => new StalledStream(
            s.Session.Stream.Name, s.Stalled.Peek().Position.Number, s.Stalled.Count, s.Failures, s.Problem))])
    {
        Oldest = [.. _window.Oldest],
    };

    /// <summary>A lane begins; it emits nothing before it is answered.</summary>
    public void Open(LaneSession session)
    {
        var state = new SessionState(session) { Held = IsPaused };
        _sessions[session] = state;
        _settling = null;
        if (IsPaused)
        {
            _output.Hold(session);
        }

        _output.Opened(session);
    }

    /// <summary>A lane ended: forget its events.</summary>
    public void Close(LaneSession session)
    {
        if (_sessions.Remove(session, out var state))
        {
            _settling = null;
            _touched.Remove(state);
            _window.Close(session);
            Soon();
        }
    }

    public void Emitted(LaneSession session, long sequence, ReadOnlySpan<EventEnvelope> events)
    {
        if (!_sessions.TryGetValue(session, out var state) || sequence != state.Next)
        {
            // Cannot happen: the lane emits once its OpenSession is answered, and CloseSession is the last that it says.
            _output.Unknown(session);
            return;
        }

        state.Next++;
        if (state.Held)
        {
            return;
        }

        for (var i = 0; i < events.Length; i++)
        {
            if (state.Stalled.Count > 0 || !Route(state, events[i]))
            {
                state.Stalled.Enqueue(events[i]);
            }
        }

        Soon();
    }

    public void Done(Done done)
    {
        _window.Done(done, _time.GetTimestamp(), _settle);
        Soon();
    }

    public void Resend(Resend resend)
    {
        _window.Resend(resend);
        Soon();
    }

    /// <summary>Entities may be on their way to other nodes: what is unanswered is sent again soon.</summary>
    public void SendAgain()
    {
        if (_window.SendAgain(_time.GetTimestamp()) > 0)
        {
            Soon();
        }
    }

    /// <summary>Dead letters of <see cref="ISubscriptionOutput.Store"/> are stored.</summary>
    public void Stored(LaneSession session, ReadOnlySpan<long> positions)
    {
        foreach (var position in positions)
        {
            Settle(session, position);
        }

        Soon();
    }

    /// <summary>From its oldest unsettled event on the handler type leaves everything to a later reading. Deliveries under way are handled and not waited for.</summary>
    public void Pause()
    {
        if (IsPaused)
        {
            return;
        }

        SayWhatIsSettled();
        IsPaused = true;
        foreach (var state in _sessions.Values)
        {
            state.Held = true;
            state.Stalled.Clear();
            _window.Close(state.Session);
            _output.Hold(state.Session);
        }
    }

    /// <summary>Has every session that was held read again from its committed position.</summary>
    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        IsPaused = false;
        foreach (var state in _sessions.Values)
        {
            _output.Reread(state.Session);
        }
    }

    /// <summary>To be called a few times in each <see cref="DeliveryOptions.ResendAfter"/>: tries stalled key selectors again, and what is overdue.</summary>
    public void Tick()
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

        if (_window.TimeOut(now) is > 0 and var again)
        {
            _output.Overdue(again);
        }

        Flush();
    }

    /// <summary>Sends what is ready to the entities, and what is settled to the lanes.</summary>
    public void Flush()
    {
        _soon = false;
        var now = _time.GetTimestamp();
        while (_window.Next(now) is { } delivery)
        {
            _output.Deliver(delivery);
        }

        SayWhatIsSettled();
    }

    private void SayWhatIsSettled()
    {
        foreach (var state in _touched)
        {
            long[] positions = [.. state.Settled];
            state.Settled.Clear();
            _output.Settled(state.Session, positions);
        }

        _touched.Clear();
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
            var pause = Backoff.After(++state.Failures, FirstPause, MaxPause, chance: 0);
            state.TryAgain = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
            state.Problem = e.Message;
            _output.KeySelectorFailed(envelope, pause, e);
            return false;
        }

        state.Failures = 0;
        if (selection.Key is { } key)
        {
            _window.Add(state.Session, new EntityKey(key), envelope);
        }
        else if (selection.Problem is { } problem)
        {
            var rawKey = (envelope.Key is null ? null : Encoding.UTF8.GetBytes(envelope.Key)).OrNull();
            _output.Store(state.Session, new DeadLetter(envelope.Position, problem, rawKey, envelope.HasData ? (ReadOnlyMemory<byte>?)envelope.Data : null, DeadLetterHeaders.Of(envelope))
            {
                Handler = _handler.Name,
            });
        }
        else
        {
            Settle(state, envelope.Position.Number);
        }

        return true;
    }

    private void Settle(LaneSession session, long position)
    {
        // Most are of the session that the one before was of.
        if (ReferenceEquals(_settling?.Session, session) || _sessions.TryGetValue(session, out _settling))
        {
            Settle(_settling, position);
        }
    }

    private void Settle(SessionState state, long position)
    {
        if (state.Settled.Count == 0)
        {
            _touched.Add(state);
        }

        state.Settled.Add(position);
    }

    private void Soon()
    {
        if (!_soon)
        {
            _soon = true;
            _output.Soon();
        }
    }

    private sealed class SessionState(LaneSession session)
    {
        public LaneSession Session { get; } = session;

        public List<long> Settled { get; } = [];

        /// <summary>Events behind a failed key selector, in order; bounded by the lane's credits.</summary>
        public Queue<EventEnvelope> Stalled { get; } = new();

        /// <summary>Sequence of the next list.</summary>
        public long Next { get; set; }

        /// <summary>The handler was paused: the rest of this session is not for it.</summary>
        public bool Held { get; set; }

        public int Failures { get; set; }

        public long TryAgain { get; set; }

        public string? Problem { get; set; }
    }
}
