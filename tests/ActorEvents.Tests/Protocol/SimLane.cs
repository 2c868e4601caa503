using ActorEvents.Events;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Tests.Protocol;

/// <summary>What <see cref="LaneActor"/> does around the real <see cref="LaneTracker"/>.</summary>
internal sealed class SimLane
{
    private const int DeadLetterDebt = 63;
    private readonly Simulation _sim;
    private readonly SimSubscription[] _subscriptions;
    private readonly Mailbox[] _inboxes;
    private readonly Mailbox[] _outboxes;
    private readonly LaneTracker _tracker;
    private readonly ulong _everybody;
    private readonly Dictionary<long, int> _replies = [];
    private ulong _opening;
    private int _next;
    private long _sequence;
    private long _committed;
    private long _highestSettled = -1;
    private bool _committing;
    private bool _draining;

    public SimLane(Simulation sim, int node, StreamLog log, long start, SimSubscription[] subscriptions)
    {
        (_sim, Node, Log, _subscriptions, _committed) = (sim, node, log, subscriptions, start);
        Name = $"lane#{sim.Made++} of {log.Name} on node {node}";
        Session = new LaneSession(log.Stream, ActorRefs.Nobody, start);
        _tracker = new LaneTracker(sim.Plan.Flow, start, 0);
        _inboxes = [.. subscriptions.Select(_ => new Mailbox())];
        _outboxes = [.. subscriptions.Select(_ => new Mailbox())];
        _everybody = _opening = (1UL << subscriptions.Length) - 1;
        _next = log.Records.FindIndex(r => r.Number >= start) is var first and >= 0 ? first : log.Records.Count;
        sim.Say?.Invoke($"{Name} opens from {start}");
        Tell(s => s.Open(this));
    }

    public int Node { get; }

    public StreamLog Log { get; }

    public string Name { get; }

    public LaneSession Session { get; }

    /// <summary>It has closed in an orderly way, or was killed.</summary>
    public bool Ended { get; private set; }

    public Mailbox Inbox(int subscription) => _inboxes[subscription];

    public void Opened(int subscription)
    {
        _opening &= ~(1UL << subscription);
        Progress();
    }

    public void Settled(int subscription, long[] positions)
    {
        _sim.Say?.Invoke($"{Name}: subscription {subscription} has settled {string.Join(' ', positions)}");
        if (_sim.Plan.Wrong == Wrong.CountReplies)
        {
            foreach (var position in positions)
            {
                var replies = _replies[position] = _replies.GetValueOrDefault(position) + 1;
                _tracker.Settle(replies - 1, [position]);
            }
        }
        else
        {
            _tracker.Settle(subscription, positions);
        }

        _highestSettled = Math.Max(_highestSettled, positions.Max());
        Progress();
    }

    public void Committed(long position)
    {
        _committed = Math.Max(_committed, position);
        _committing = false;
        Progress();
    }

    /// <summary>Revoked: emit nothing more, close when all is settled and committed, or at the deadline.</summary>
    public void Drain(long deadline)
    {
        _draining = true;
        _sim.After(deadline, Close);
        Progress();
    }

    /// <summary>Lost, failed, stopped.</summary>
    public void Close()
    {
        if (!Ended)
        {
            _sim.Say?.Invoke($"{Name} closes");
            Ended = true;
            Tell(s => s.Close(this));
        }
    }

    /// <summary>Its node or its group is gone; nobody is there to be told.</summary>
    public void Kill() => Ended = true;

    public void Progress()
    {
        if (Ended)
        {
            return;
        }

        Emit();
        var mark = _sim.Plan.Wrong switch
        {
            Wrong.CommitBeforeReply => _next > 0 ? Log.Records[_next - 1].Number + 1 : 0,
            Wrong.CommitHighest => Math.Max(_tracker.Mark, _highestSettled + 1),
            _ => _tracker.Mark,
        };
        if (mark > _committed && !_committing)
        {
            _committing = true;
            _sim.Commit(this, mark);
        }

        if (_draining && _tracker.Tracked == 0 && _committed >= mark)
        {
            _sim.Say?.Invoke($"{Name} has drained");
            Close();
        }
    }

    private void Emit()
    {
        var events = new List<EventEnvelope>();
        while (_opening == 0 && !_draining && _next < Log.Available && _tracker.HasRoom(Log.Records[_next].Size))
        {
            var record = Log.Records[_next++];
            if (record.Envelope is { } envelope)
            {
                _tracker.Add(record.Number, _everybody, record.Size, 0);
                events.Add(envelope);
                if (events.Count == _sim.Plan.Flow.EmitBatch)
                {
                    Publish(events);
                }
            }
            else
            {
                _tracker.Add(record.Number, 1UL << DeadLetterDebt, record.Size, 0);
                _sim.After(_sim.Random.Next(1, 20), () =>
                {
                    _tracker.Settle(DeadLetterDebt, [record.Number]);
                    Progress();
                });
            }
        }

        Publish(events);
        var (flow, inFlight) = (_sim.Plan.Flow, _tracker.InFlight);
        if (_tracker.Tracked > flow.Span || inFlight > flow.MaxEvents || (inFlight > 1 && _tracker.BytesInFlight > flow.MaxBytes))
        {
            throw new ViolationException("memory", $"{Name} tracks {_tracker.Tracked} positions, {inFlight} in flight with {_tracker.BytesInFlight} bytes");
        }
    }

    private void Publish(List<EventEnvelope> list)
    {
        if (list.Count > 0)
        {
            EventEnvelope[] events = [.. list];
            list.Clear();
            var sequence = _sequence++;
            _sim.Say?.Invoke($"{Name} emits {string.Join(' ', events.Select(e => $"{e.Position.Number} ({e.Key})"))}");
            Tell(s => s.Emitted(this, sequence, events));
        }
    }

    private void Tell(Action<SimSubscription> what)
    {
        for (var i = 0; i < _subscriptions.Length; i++)
        {
            var subscription = _subscriptions[i];
            _sim.Local(_outboxes[i], () =>
            {
                if (subscription.Alive)
                {
                    what(subscription);
                }
            });
        }
    }
}
