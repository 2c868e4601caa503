using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Protocol;

/// <summary>What <see cref="HandlerSubscription"/> does around the real <see cref="DeliveryWindow"/>.</summary>
internal sealed class SimSubscription
{
    private readonly Simulation _sim;
    private readonly HandlerDefinition _handler;
    private readonly Dictionary<LaneSession, State> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<State> _touched = [];
    private readonly List<(State State, EntityKey Key, long Number)> _taken = [];
    private DeliveryWindow _window;
    private bool _soon;

    public SimSubscription(Simulation sim, int node, int index, HandlerDefinition handler)
    {
        (_sim, Node, Index, _handler) = (sim, node, index, handler);
        _window = new DeliveryWindow(sim.Plan.Delivery, sim.Clock);
        sim.After(sim.Random.Next(10), Tick);
    }

    public int Node { get; }

    /// <summary>Of its handler type.</summary>
    public int Index { get; }

    public bool Alive { get; set; } = true;

    public int Unsettled => _window.Unsettled;

    /// <summary>The wrong variant: a new actor in the old one's place, and nobody notices.</summary>
    public void LoseMemory() => _window = new DeliveryWindow(_sim.Plan.Delivery, _sim.Clock);

    public void Open(SimLane lane)
    {
        _sessions[lane.Session] = new State(lane);
        _sim.Local(lane.Inbox(Index), () => lane.Opened(Index));
    }

    public void Close(SimLane lane)
    {
        if (_sessions.Remove(lane.Session, out var state))
        {
            _touched.Remove(state);
            _window.Close(lane.Session);
            Soon();
        }
    }

    public void Emitted(SimLane lane, long sequence, EventEnvelope[] events)
    {
        if (!_sessions.TryGetValue(lane.Session, out var state) || sequence != state.Next)
        {
            throw new ViolationException("session", $"subscription {Index} of node {Node} gets what it does not know: {lane.Name}");
        }

        state.Next++;
        foreach (var envelope in events)
        {
            if (!_handler.Selector.Matches(envelope) || _handler.SelectKey(envelope).Key is not { } key)
            {
                Settle(state, envelope.Position.Number);
                continue;
            }

            _window.Add(lane.Session, new EntityKey(key), envelope);
            if (_sim.Plan.Wrong == Wrong.PositionOnly)
            {
                _sim.Deliver(this, new Deliver(new EntityKey(key), envelope.Position.Stream, [envelope]));
            }
            else if (_sim.Plan.Wrong == Wrong.CountReplies)
            {
                _taken.Add((state, new EntityKey(key), envelope.Position.Number));
            }
        }

        if (_window.Unsettled > _sessions.Count * _sim.Plan.Flow.MaxEvents || _window.Keys > _window.Unsettled)
        {
            throw new ViolationException(
                "memory",
                $"subscription {Index} of node {Node} holds {_window.Unsettled} events of {_window.Keys} keys; credits are {_sim.Plan.Flow.MaxEvents}");
        }

        Soon();
    }

    public void Done(Done done)
    {
        if (!Alive)
        {
            return;
        }

        _window.Done(done.Key, done.Stream, done.UpTo, _sim.Now, Settle);
        foreach (var (state, key, number) in _taken)
        {
            if (key == done.Key && state.Lane.Session.Stream.Name == done.Stream && number <= done.UpTo && _sessions.ContainsKey(state.Lane.Session))
            {
                Settle(state, number);
            }
        }

        Soon();
    }

    public void Resend(Resend resend)
    {
        if (Alive)
        {
            _window.Resend(resend.Key, resend.Stream);
            Soon();
        }
    }

    private void Tick()
    {
        if (!Alive)
        {
            return;
        }

        var again = _window.TimeOut(_sim.Now);
        if (again > 0)
        {
            _sim.Say?.Invoke($"subscription {Index} of node {Node}: {again} deliveries are overdue");
        }

        Flush();
        _sim.After((long)_sim.Plan.Delivery.ResendAfter.TotalMilliseconds / 5, Tick);
    }

    private void Settle(LaneSession session, long position)
    {
        if (_sessions.TryGetValue(session, out var state))
        {
            Settle(state, position);
        }
    }

    private void Settle(State state, long position)
    {
        state.Settled.Add(position);
        _touched.Add(state);
    }

    private void Soon()
    {
        if (!_soon)
        {
            _soon = true;
            _sim.After(_sim.Random.Next(2), Flush);
        }
    }

    private void Flush()
    {
        _soon = false;
        if (!Alive)
        {
            return;
        }

        while (_window.TryNext(_sim.Now, out var delivery))
        {
            _sim.Deliver(this, new Deliver(delivery.Key, delivery.Stream, delivery.Events));
        }

        foreach (var state in _touched)
        {
            long[] positions = [.. state.Settled];
            state.Settled.Clear();
            var lane = state.Lane;
            _sim.Local(lane.Inbox(Index), () => lane.Settled(Index, positions));
        }

        _touched.Clear();
    }

    private sealed class State(SimLane lane)
    {
        public SimLane Lane { get; } = lane;

        public List<long> Settled { get; } = [];

        public long Next { get; set; }
    }
}
