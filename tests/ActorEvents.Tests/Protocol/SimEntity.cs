using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Tests.Protocol;

/// <summary>
/// One incarnation of an entity: what <see cref="EntityActor"/>, or <see cref="VolatileEntityActor"/>, does around the real <see cref="EntityCore"/>.
/// </summary>
internal sealed class SimEntity
{
    private readonly Simulation _sim;
    private readonly EntityKey _key;
    private readonly SimJournal _journal;
    private readonly HandlerDefinition _handler;
    private readonly EntityCore _core;
    private readonly List<(Deliver Delivery, SimSubscription ReplyTo)> _waiting = [];
    private (Deliver Delivery, SimSubscription ReplyTo)[] _working = [];
    private Acceptance? _acceptance;
    private long _number;
    private int _sinceSnapshot;
    private bool _busy;
    private bool _stopping;
    private bool _active = true;

    public SimEntity(Simulation sim, int node, HandlerDefinition handler, EntityKey key, SimJournal journal)
    {
        (_sim, Node, _handler, _key, _journal) = (sim, node, handler, key, journal);
        _core = journal.Recover(out _number);
        Name = $"{journal.Name}#{sim.Made++}";
        sim.Say?.Invoke($"{Name} starts on node {node} with entry {_number}");
        sim.After(sim.Random.Next(50, 300), CheckIdle);
    }

    public int Node { get; }

    public string Name { get; }

    public bool Alive { get; private set; } = true;

    public void Deliver(Deliver delivery, SimSubscription replyTo)
    {
        _active = true;
        var stream = delivery.Stream.Name;
        var last = delivery.Events[^1].Position.Number;
        if (_busy && _sim.Plan.Wrong == Wrong.DoneOfMemory && _acceptance!.Entry!.Positions.Any(p => p.Stream == stream && p.UpTo >= last))
        {
            _sim.Answer(replyTo, new Done(_key, stream, last));
            return;
        }

        if (_sim.Plan.Wrong != Wrong.KeepEveryCopy && _waiting.RemoveAll(w => w.Delivery.Stream.Name == stream) > 0)
        {
            _sim.Say?.Invoke($"{Name}: a delivery of {stream} is replaced while it waits");
        }

        _waiting.Add((delivery, replyTo));
        if (_waiting.Count > _sim.Streams)
        {
            throw new ViolationException("memory", $"{Name} keeps {_waiting.Count} deliveries of {_sim.Streams} streams");
        }

        Work();
    }

    /// <summary>Crash: an append in flight lands or not, without it.</summary>
    public void Kill() => Alive = false;

    /// <summary>Hand-over: finish the append under way, answer the rest with Resend.</summary>
    public void StopWhenDrained()
    {
        _stopping = true;
        Finish();
    }

    public void Appended()
    {
        if (!Alive)
        {
            return;
        }

        _number++;
        _core.Appended(_acceptance!);
        Answer();
        if (_handler.SnapshotEvery > 0 && ++_sinceSnapshot >= _handler.SnapshotEvery)
        {
            _sinceSnapshot = 0;
            _journal.Save(_number, _core.Snapshot());
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

    private void Work()
    {
        if (_busy || _waiting.Count == 0)
        {
            return;
        }

        _working = [.. _waiting];
        _waiting.Clear();
        _busy = true;
        _acceptance = _core.Accept([.. _working.Select(w => w.Delivery)]);
        var repeats = _acceptance.Entry?.Repeats > 0 ? $", {_acceptance.Entry.Repeats} is a repeat" : "";
        _sim.Say?.Invoke($"{Name} decides {_acceptance.Entry?.Decided ?? 0}{repeats}{(_acceptance.Failure is null ? "" : ", then the handler fails")}");
        if (_acceptance.Entry is not { } entry)
        {
            Answer();
            return;
        }

        if (_handler.Durability == Durability.None)
        {
            _core.Appended(_acceptance);
            _journal.Truth.Accepted(entry);
            _journal.Truth.Check(_core);
            Answer();
            return;
        }

        if (_sim.Plan.Wrong == Wrong.NoOpInMemory && entry.StateEvents.Count + entry.Rejections.Count == 0)
        {
            _core.Appended(_acceptance);
            Answer();
            return;
        }

        _journal.Write(this, _number + 1, entry);
        if (_sim.Plan.Wrong == Wrong.ReplyBeforePersist)
        {
            foreach (var (delivery, replyTo) in _working)
            {
                foreach (var position in entry.Positions.Where(p => p.Stream == delivery.Stream.Name))
                {
                    _sim.Answer(replyTo, new Done(_key, position.Stream, position.UpTo));
                }
            }
        }
    }

    private void Answer()
    {
        foreach (var (delivery, replyTo) in _working)
        {
            var stream = delivery.Stream.Name;
            var upTo = _acceptance!.Failure is not null && _sim.Plan.Wrong == Wrong.FailureAnswered
                ? delivery.Events[^1].Position.Number
                : _core.Position(stream);
            if (upTo >= delivery.Events[0].Position.Number)
            {
                _sim.Say?.Invoke($"{Name} answers {stream} ≤ {upTo}");
                _sim.Answer(replyTo, new Done(_key, stream, upTo.Value));
            }
        }

        _working = [];
        _busy = false;
        Finish();
    }

    private void Finish()
    {
        if (_busy || !_stopping)
        {
            Work();
            return;
        }

        foreach (var (delivery, replyTo) in _waiting)
        {
            _sim.Say?.Invoke($"{Name} has {delivery.Stream} sent again");
            _sim.Send(() => replyTo.Resend(new Resend(_key, delivery.Stream.Name)));
        }

        _sim.Say?.Invoke($"{Name} has stopped");
        Kill();
    }

    private void CheckIdle()
    {
        if (!Alive)
        {
            return;
        }

        if (!_active && !_busy && _waiting.Count == 0)
        {
            StopWhenDrained();
            return;
        }

        _active = false;
        _sim.After(_sim.Random.Next(50, 300), CheckIdle);
    }
}
