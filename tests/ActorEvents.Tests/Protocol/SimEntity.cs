using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Protocol;

/// <summary>One incarnation of an entity: the real <see cref="EntityFlow{TFrom}"/> between the simulated network and the simulated journal.</summary>
internal sealed class SimEntity : IEntityOutput<SimSubscription>
{
    private readonly Simulation _sim;
    private readonly EntityKey _key;
    private readonly SimJournal _journal;
    private readonly EntityFlow<SimSubscription> _flow;

    // Of wrong variants: who delivered last of a stream, what is in flight, what is kept though a newer copy is there.
    private readonly Dictionary<string, (Deliver Delivery, SimSubscription From)> _last = new(StringComparer.Ordinal);
    private readonly List<(Deliver Delivery, SimSubscription From)> _copies = [];
    private JournalEntry? _appending;
    private long _number;
    private bool _stopping;

    public SimEntity(Simulation sim, int node, HandlerDefinition handler, EntityKey key, SimJournal journal)
    {
        (_sim, Node, _key, _journal) = (sim, node, key, journal);
        Name = $"{journal.Name}#{sim.Made++}";
        _flow = new EntityFlow<SimSubscription>(handler, key, sim.Clock, this);
        sim.After(sim.Random.Next(0, 10), Recover);
    }

    public int Node { get; }

    public string Name { get; }

    public bool Alive { get; private set; } = true;

    public void Deliver(Deliver delivery, SimSubscription from)
    {
        var last = delivery.Events[^1].Position.Number;
        if (_sim.Plan.Wrong == Wrong.DoneOfMemory && _appending?.Positions.Any(p => p.Stream == delivery.Stream.Name && p.UpTo >= last) == true)
        {
            _sim.Answer(from, new Done(_key, delivery.Stream.Name, last, delivery.Session));
            return;
        }

        if (_sim.Plan.Wrong == Wrong.KeepEveryCopy && _appending is not null)
        {
            _copies.Add((delivery, from));
        }
        else
        {
            _last[delivery.Stream.Name] = (delivery, from);
            var before = _flow.Waiting;
            _flow.Deliver(delivery, from);
            if (before > 0 && _flow.Waiting == before)
            {
                _sim.Say?.Invoke($"{Name}: a delivery of {delivery.Stream} is replaced while it waits");
            }
        }

        if (_flow.Waiting + _copies.Count > _sim.Streams)
        {
            throw new ViolationException("memory", $"{Name} keeps {_flow.Waiting + _copies.Count} deliveries of {_sim.Streams} streams");
        }
    }

    /// <summary>Crash: an append in flight lands or not, without it.</summary>
    public void Kill() => Alive = false;

    public void StopWhenDrained()
    {
        _stopping = true;
        _flow.StopWhenDrained();
    }

    public void Appended()
    {
        if (!Alive)
        {
            return;
        }

        _number++;
        _appending = null;
        _flow.Appended();
        while (_copies.Count > 0 && _appending is null)
        {
            var (delivery, from) = _copies[0];
            _copies.RemoveAt(0);
            Deliver(delivery, from);
        }
    }

    public void AppendFailed(string how)
    {
        if (Alive)
        {
            _sim.Say?.Invoke($"{Name}: append {how}; it stops");
            Kill();
        }
    }

    void IEntityOutput<SimSubscription>.Append(JournalEntry entry)
    {
        var repeats = entry.Repeats > 0 ? $", {entry.Repeats} is a repeat" : "";
        _sim.Say?.Invoke($"{Name} decides {entry.Decided}{repeats}");
        if (_sim.Plan.Wrong == Wrong.NoOpInMemory && entry.StateEvents.Count + entry.Rejections.Count == 0)
        {
            _flow.Appended();
            return;
        }

        _appending = entry;
        _journal.Write(this, _number + 1, entry);
        foreach (var position in _sim.Plan.Wrong == Wrong.ReplyBeforePersist ? entry.Positions : [])
        {
            _sim.Answer(_last[position.Stream].From, new Done(_key, position.Stream, position.UpTo, position.Session));
        }
    }

    void IEntityOutput<SimSubscription>.Decided(JournalEntry entry)
    {
        if (!_journal.Durable)
        {
            _journal.Truth.Accepted(entry);
            _journal.Truth.Check(_flow.Core);
        }
    }

    void IEntityOutput<SimSubscription>.Answer(SimSubscription to, Done done)
    {
        _sim.Say?.Invoke($"{Name} answers {done.Stream} ≤ {done.UpTo}");
        _sim.Answer(to, done);
    }

    void IEntityOutput<SimSubscription>.Answer(SimSubscription to, Resend resend)
    {
        _sim.Say?.Invoke($"{Name} has {resend.Stream} sent again{(_stopping ? "" : ", as it did not fit into the row")}");
        _sim.Send(() => to.Resend(resend));
    }

    void IEntityOutput<SimSubscription>.Save(EntitySnapshot snapshot) => _journal.Save(_number, snapshot);

    void IEntityOutput<SimSubscription>.NotSaved(Exception cause) => throw new InvalidOperationException("every state of the simulation can be saved", cause);

    void IEntityOutput<SimSubscription>.Wait(TimeSpan delay) => _sim.After((long)delay.TotalMilliseconds, () =>
    {
        if (Alive)
        {
            _flow.DelayOver();
        }
    });

    void IEntityOutput<SimSubscription>.Blocked(string reason, FailedEvent? failure)
    {
        _sim.Say?.Invoke($"{Name} is blocked: {reason}");
        foreach (var (delivery, from) in _last.Values.Where(_ => _sim.Plan.Wrong == Wrong.FailureAnswered && failure is not null))
        {
            _sim.Answer(from, new Done(_key, delivery.Stream.Name, delivery.Events[^1].Position.Number, delivery.Session));
        }
    }

    void IEntityOutput<SimSubscription>.Unblocked(string stream)
    {
    }

    void IEntityOutput<SimSubscription>.Passivate() => StopWhenDrained();

    void IEntityOutput<SimSubscription>.Stop()
    {
        _sim.Say?.Invoke($"{Name} has stopped");
        Kill();
    }

    /// <summary>What comes meanwhile waits in the flow.</summary>
    private void Recover()
    {
        if (!Alive)
        {
            return;
        }

        _number = _journal.Recover(_flow.Recover, _flow.Recover, _sim.Chance(_sim.Plan.Unreadable));
        _sim.Say?.Invoke($"{Name} is recovered on node {Node} with entry {_number}{(_flow.Core.Unreadable is null ? "" : ", and cannot be read")}");
        _flow.Recovered();
        _sim.After(_sim.Random.Next(50, 300), CheckIdle);
        if (_flow.Core.Unreadable is not null)
        {
            // Somebody brings the version that can read it.
            _sim.After(_sim.Random.Next(100, 400), Kill);
        }
    }

    private void CheckIdle()
    {
        if (Alive)
        {
            _flow.CheckIdle();
            _sim.After(_sim.Random.Next(50, 300), CheckIdle);
        }
    }
}
