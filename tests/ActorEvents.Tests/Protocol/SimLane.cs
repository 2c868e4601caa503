using ActorEvents.Events;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Tests.Protocol;

/// <summary>One session of one stream: the real <see cref="LaneFlow"/> over a simulated log.</summary>
internal sealed class SimLane : ILaneOutput
{
    private readonly Simulation _sim;
    private readonly SimSubscription[] _subscriptions;
    private readonly Mailbox[] _inboxes;
    private readonly Mailbox[] _outboxes;
    private readonly LaneFlow _flow;
    private readonly Dictionary<long, int> _replies = [];
    private int _next;
    private bool _pulled;

    public SimLane(Simulation sim, int node, StreamLog log, long start, SimSubscription[] subscriptions)
    {
        (_sim, Node, Log, _subscriptions) = (sim, node, log, subscriptions);
        Name = $"lane#{sim.Made++} of {log.Name} on node {node}";
        Session = new LaneSession(log.Stream, ActorRefs.Nobody, start);
        _flow = new LaneFlow(sim.Plan.Flow, Settlement.Mark, (start, 0), [.. subscriptions.Select(s => $"h{s.Index}")], paused: false, this);
        _inboxes = [.. subscriptions.Select(_ => new Mailbox())];
        _outboxes = [.. subscriptions.Select(_ => new Mailbox())];
        _next = log.Records.FindIndex(r => r.Number >= start) is var first and >= 0 ? first : log.Records.Count;
        sim.Say?.Invoke($"{Name} opens from {start}");
        Tell(s => s.Open(this));
        _flow.Begin();
    }

    public int Node { get; }

    public StreamLog Log { get; }

    public string Name { get; }

    public LaneSession Session { get; }

    /// <summary>It has closed in an orderly way, or was killed.</summary>
    public bool Ended { get; private set; }

    public Mailbox Inbox(int subscription) => _inboxes[subscription];

    public void Opened(int subscription) => Do(f => f.Opened(subscription));

    public void Settled(int subscription, long[] positions)
    {
        if (Ended)
        {
            return;
        }

        _sim.Say?.Invoke($"{Name}: subscription {subscription} has settled {string.Join(' ', positions)}");
        foreach (var position in positions)
        {
            // The wrong variant counts: the first reply stands for the first subscription, whoever sent it.
            _replies[position] = _replies.GetValueOrDefault(position) + 1;
            if (_sim.Plan.Wrong == Wrong.CountReplies)
            {
                _flow.Settled(_replies[position] - 1, [position]);
            }
        }

        if (_sim.Plan.Wrong == Wrong.CommitHighest)
        {
            _sim.Commit(this, positions.Max() + 1);
        }

        if (_sim.Plan.Wrong != Wrong.CountReplies)
        {
            _flow.Settled(subscription, positions);
        }
    }

    public void Hold(int subscription) => Do(f => f.Hold(subscription));

    /// <summary>A paused handler goes on: the source reads the stream again from the committed position.</summary>
    public void Reread()
    {
        if (!Ended)
        {
            _sim.Say?.Invoke($"{Name} is to be read again");
            Close();
        }
    }

    public void Committed(long position) => Do(f => f.Committed(position));

    /// <summary>Emits nothing for a while.</summary>
    public void Pause()
    {
        _sim.Say?.Invoke($"{Name} is paused");
        Do(f => f.Pause(true));
        _sim.After(_sim.Random.Next(10, 200), () => Do(f => f.Pause(false)));
    }

    /// <summary>Revoked: emit nothing more, close when all is settled and committed, or at the deadline.</summary>
    public void Drain(long deadline)
    {
        _sim.After(deadline, () => Do(f => f.Close(LaneEnd.DrainDeadline)));
        Do(f => f.Drain());
    }

    /// <summary>Lost, failed, stopped.</summary>
    public void Close() => Do(f => f.Close(LaneEnd.Stopped));

    /// <summary>Its node or its group is gone; nobody is there to be told.</summary>
    public void Kill() => Ended = true;

    /// <summary>Records have come.</summary>
    public void Progress()
    {
        if (_pulled && !Ended && _next < Log.Available)
        {
            _pulled = false;
            var count = _sim.Random.Next(1, Log.Available - _next + 1);
            SourceRecord[] batch = [.. Log.Records.Skip(_next).Take(count).Select(Record)];
            _next += count;
            _sim.Local(_inboxes[0], () => Do(f => f.Batch(batch)));
        }
    }

    void ILaneOutput.Pull()
    {
        _pulled = true;
        Progress();
    }

    void ILaneOutput.Emit(long sequence, EventEnvelope[] events)
    {
        _sim.Say?.Invoke($"{Name} emits {string.Join(' ', events.Select(e => $"{e.Position.Number} ({e.Key})"))}");
        Tell(s => s.Emitted(this, sequence, events));
        if (_sim.Plan.Wrong == Wrong.CommitBeforeReply)
        {
            _sim.Commit(this, events[^1].Position.Number + 1);
        }

        var (flow, (inFlight, bytes, tracked)) = (_sim.Plan.Flow, _flow.Credits);
        if (tracked > flow.Span || inFlight > flow.MaxEvents || (inFlight > 1 && bytes > flow.MaxBytes))
        {
            throw new ViolationException("memory", $"{Name} tracks {tracked} positions, {inFlight} in flight with {bytes} bytes");
        }
    }

    void ILaneOutput.Store(DeadLetter[] letters) => _sim.After(_sim.Random.Next(1, 20), () => Do(f => f.Stored([.. letters.Select(l => l.Position.Number)])));

    void ILaneOutput.Commit(long next, long resume) => _sim.Commit(this, next);

    void ILaneOutput.Acknowledge(FreePosition[] positions) => throw new NotSupportedException("The log has positions.");

    void ILaneOutput.SpanReached(IEnumerable<string> owing) => _sim.Say?.Invoke($"{Name} has used up its span");

    void ILaneOutput.Completed(long committed) => throw new NotSupportedException("The log has no end.");

    void ILaneOutput.Closed(LaneEnd why)
    {
        _sim.Say?.Invoke($"{Name} closes: {why}");
        Ended = true;
        Tell(s => s.Close(this));
    }

    private static SourceRecord Record(LogRecord record) => record.Envelope is { } envelope
        ? new SourceRecord(record.Number, envelope, null)
        : new SourceRecord(record.Number, null, new DeadLetter(new EventPosition(record.Log.Stream, record.Number), "undecodable", null, new byte[record.Size], []));

    private void Do(Action<LaneFlow> what)
    {
        if (!Ended)
        {
            what(_flow);
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
