using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Protocol;

/// <summary>One handler type on one node: the real <see cref="SubscriptionFlow"/> between simulated lanes and the simulated network.</summary>
internal sealed class SimSubscription : ISubscriptionOutput
{
    private readonly Simulation _sim;
    private readonly HandlerDefinition _handler;
    private readonly Dictionary<LaneSession, SimLane> _lanes = new(ReferenceEqualityComparer.Instance);

    // Of wrong variants: how many lists of a session came before the memory was lost; what was ever taken.
    private readonly Dictionary<LaneSession, long> _lost = new(ReferenceEqualityComparer.Instance);
    private readonly List<(SimLane Lane, EntityKey Key, long Number)> _taken = [];
    private SubscriptionFlow _flow;

    public SimSubscription(Simulation sim, int node, int index, HandlerDefinition handler)
    {
        (_sim, Node, Index, _handler) = (sim, node, index, handler);
        _flow = new SubscriptionFlow(handler, sim.Plan.Delivery, sim.Clock, this, paused: sim.Chance(sim.Plan.StartPaused));
        sim.After(sim.Random.Next(10), Tick);
        if (_flow.IsPaused)
        {
            sim.Say?.Invoke($"subscription {Index} of node {Node} starts paused");
            sim.After(sim.Random.Next(10, 300), Resume);
        }
    }

    public int Node { get; }

    /// <summary>Of its handler type.</summary>
    public int Index { get; }

    public bool Alive { get; set; } = true;

    public int Unsettled => _flow.Status.Unsettled;

    /// <summary>The wrong variant: a new actor in the old one's place, and nobody notices.</summary>
    public void LoseMemory()
    {
        _flow = new SubscriptionFlow(_handler, _sim.Plan.Delivery, _sim.Clock, this);
        foreach (var session in _lanes.Keys)
        {
            _flow.Open(session);
            _lost[session] = -1;
        }
    }

    public void Open(SimLane lane)
    {
        _lanes[lane.Session] = lane;
        _flow.Open(lane.Session);
    }

    public void Close(SimLane lane)
    {
        _lanes.Remove(lane.Session);
        _flow.Close(lane.Session);
    }

    public void Emitted(SimLane lane, long sequence, EventEnvelope[] events)
    {
        if (_lost.TryGetValue(lane.Session, out var lost))
        {
            _lost[lane.Session] = lost < 0 ? sequence : lost;
            sequence -= _lost[lane.Session];
        }

        foreach (var envelope in events.Where(_ => _sim.Plan.Wrong is Wrong.PositionOnly or Wrong.CountReplies))
        {
            if (_handler.Selector.Matches(envelope) && _handler.SelectKey(envelope).Key is { } key)
            {
                _taken.Add((lane, new EntityKey(key), envelope.Position.Number));
                if (_sim.Plan.Wrong == Wrong.PositionOnly)
                {
                    _sim.Deliver(this, new Deliver(new EntityKey(key), envelope.Position.Stream, [envelope]));
                }
            }
        }

        Route(() => _flow.Emitted(lane.Session, sequence, events));
        var status = _flow.Status;
        if (status.Unsettled > _lanes.Count * _sim.Plan.Flow.MaxEvents || status.Keys > status.Unsettled)
        {
            throw new ViolationException(
                "memory",
                $"subscription {Index} of node {Node} holds {status.Unsettled} events of {status.Keys} keys; credits are {_sim.Plan.Flow.MaxEvents}");
        }
    }

    public void Done(Done done)
    {
        if (!Alive)
        {
            return;
        }

        _flow.Done(done);
        foreach (var (lane, key, number) in _taken.Where(_ => _sim.Plan.Wrong == Wrong.CountReplies))
        {
            if (key == done.Key && lane.Session.Stream.Name == done.Stream && number <= done.UpTo && _lanes.ContainsKey(lane.Session))
            {
                _sim.Local(lane.Inbox(Index), () => lane.Settled(Index, [number]));
            }
        }
    }

    public void Resend(Resend resend)
    {
        if (Alive)
        {
            _flow.Resend(resend);
        }
    }

    /// <summary>Paused for a while.</summary>
    public void Pause()
    {
        if (!_flow.IsPaused)
        {
            _sim.Say?.Invoke($"subscription {Index} of node {Node} is paused");
            _flow.Pause();
            _sim.After(_sim.Random.Next(10, 300), Resume);
        }
    }

    void ISubscriptionOutput.Opened(LaneSession session) => Tell(session, lane => lane.Opened(Index));

    void ISubscriptionOutput.Deliver(Deliver delivery) => _sim.Deliver(this, delivery);

    void ISubscriptionOutput.Settled(LaneSession session, long[] positions) => Tell(session, lane => lane.Settled(Index, positions));

    void ISubscriptionOutput.Hold(LaneSession session) => Tell(session, lane => lane.Hold(Index));

    void ISubscriptionOutput.Reread(LaneSession session) => Tell(session, lane => lane.Reread());

    void ISubscriptionOutput.Store(LaneSession session, DeadLetter letter) => throw new NotSupportedException("Every record has a key.");

    void ISubscriptionOutput.Unknown(LaneSession session) =>
        throw new ViolationException("session", $"subscription {Index} of node {Node} gets what it does not know: {session}");

    void ISubscriptionOutput.Soon() => _sim.After(_sim.Random.Next(2), () =>
    {
        if (Alive)
        {
            _flow.Flush();
        }
    });

    void ISubscriptionOutput.KeySelectorFailed(EventEnvelope envelope, TimeSpan pause, Exception cause) =>
        _sim.Say?.Invoke($"subscription {Index} of node {Node}: the key selector fails at {envelope.Position.Stream} {envelope.Position.Number}");

    void ISubscriptionOutput.Overdue(int deliveries) => _sim.Say?.Invoke($"subscription {Index} of node {Node}: {deliveries} deliveries are overdue");

    private void Resume()
    {
        if (Alive)
        {
            _sim.Say?.Invoke($"subscription {Index} of node {Node} goes on");
            _flow.Resume();
        }
    }

    private void Tick()
    {
        if (Alive)
        {
            Route(_flow.Tick);
            _sim.After((long)_sim.Plan.Delivery.ResendAfter.TotalMilliseconds / 5, Tick);
        }
    }

    private void Route(Action what)
    {
        _sim.Routing = true;
        what();
        _sim.Routing = false;
    }

    private void Tell(LaneSession session, Action<SimLane> what)
    {
        if (_lanes.TryGetValue(session, out var lane))
        {
            _sim.Local(lane.Inbox(Index), () => what(lane));
        }
    }
}
