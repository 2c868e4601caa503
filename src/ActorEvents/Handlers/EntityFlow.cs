using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>
/// The entity of one key between its messages and its journal, pure: at most one append in flight; during it, and before it is recovered, one waiting delivery per stream. Order of
/// things: append → apply → answer <see cref="Done"/> → go on; what only repeats is answered without an append. Of what an append that failed has left, the next incarnation reads what is true.
/// <see cref="Durability.None"/> is the same without the append. The actors and the simulation of the delivery protocol run this class.
/// </summary>
internal sealed class EntityFlow<TFrom>(HandlerDefinition handler, EntityKey key, TimeProvider time, IEntityOutput<TFrom> output)
{
    private readonly EntityCore _core = new(handler, time);
    private readonly Dictionary<string, (Deliver Delivery, TFrom From)> _waiting = new(StringComparer.Ordinal);
    private readonly bool _durable = handler.Durability == Durability.Journal;
    private readonly List<(Deliver Delivery, TFrom From)> _working = new(1);
    private readonly Dictionary<string, FailedEvent> _failed = new(StringComparer.Ordinal);
    private Acceptance? _appending;
    private Step _step = handler.Durability == Durability.Journal ? Step.Recovering : Step.Idle;
    private bool _stopping;
    private bool _active;
    private int _sinceSnapshot;

    private enum Step
    {
        Recovering,
        Idle,
        Delaying,
        Appending,
    }

    /// <summary>What it looks like now.</summary>
    public EntityStatus Status => new(
        handler.Name, key, _step == Step.Appending, _working.Count + _waiting.Count, IsBlocked, _core.Unreadable, _core.Stored());

    /// <summary>An event of the key failed and was not handled since, or the key cannot be read.</summary>
    public bool IsBlocked => _core.Unreadable is not null || _failed.Count > 0;

    /// <summary>Streams of which an event failed and was not handled since; the empty one if the key cannot be read.</summary>
    public IEnumerable<string> BlockedStreams => _core.Unreadable is null ? _failed.Keys : _failed.Keys.Append("");

    /// <summary>Deliveries that wait behind an append: at most one of a stream.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The state and what is known of streams and origins.</summary>
    public EntityCore Core => _core;

    public void Recover(JournalEntry entry)
    {
        _core.Recover(entry);
        _sinceSnapshot++;
    }

    public void Recover(EntitySnapshot snapshot) => _core.Recover(snapshot);

    /// <summary>All that is stored was given to <c>Recover</c>: what has come meanwhile is handled, all of it together.</summary>
    public void Recovered()
    {
        _step = Step.Idle;
        if (_core.Unreadable is { } reason)
        {
            output.Blocked(reason, null);
        }
        else
        {
            // What an incarnation that could not be recovered has left there.
            output.Unblocked("");
        }

        GoOn();
    }

    public void Deliver(Deliver delivery, TFrom from)
    {
        _active = true;
        if (_step == Step.Idle)
        {
            _working.Add((delivery, from));
            Work();
        }
        else
        {
            _waiting[delivery.Stream.Name] = (delivery, from);
        }
    }

    /// <summary>The handler's artificial delay is over.</summary>
    public void DelayOver() => Decide();

    /// <summary>The row of <see cref="IEntityOutput{TFrom}.Append"/> is durable.</summary>
    public void Appended()
    {
        var acceptance = _appending!;
        _appending = null;
        Apply(acceptance);
        Answer(acceptance);
    }

    /// <summary>To be called once in each <see cref="HandlerDefinition.PassivateAfter"/>.</summary>
    public void CheckIdle()
    {
        if (!_active && _step == Step.Idle && _waiting.Count == 0)
        {
            output.Passivate();
        }

        _active = false;
    }

    /// <summary>Hand-over, shutdown, passivation: finish the append under way, have the rest sent again, stop.</summary>
    public void StopWhenDrained()
    {
        _stopping = true;
        GoOn();
    }

    private void Work()
    {
        if (handler.Delay > TimeSpan.Zero && New() is > 0 and var events)
        {
            _step = Step.Delaying;
            output.Wait(handler.Delay * events);
        }
        else
        {
            Decide();
        }
    }

    private void Decide()
    {
        _step = Step.Appending;
        if (_core.Unreadable is not null)
        {
            Answer(null);
            return;
        }

        var acceptance = _core.Accept(_working.Count == 1 ? [_working[0].Delivery] : [.. _working.Select(w => w.Delivery)]);
        if (acceptance.Entry is null)
        {
            if (acceptance.Repeats is { } repeats)
            {
                _core.Know(repeats);
                output.Decided(repeats);
            }

            Answer(acceptance);
        }
        else if (_durable)
        {
            _appending = acceptance;
            output.Append(acceptance.Entry);
        }
        else
        {
            Apply(acceptance);
            Answer(acceptance);
        }
    }

    private void Apply(Acceptance acceptance)
    {
        _core.Appended(acceptance);
        output.Decided(acceptance.Entry!);
        if (_durable && handler.SnapshotEvery > 0 && ++_sinceSnapshot >= handler.SnapshotEvery)
        {
            _sinceSnapshot = 0;
            Save();
        }
    }

    /// <summary>The journal has everything: what cannot be saved costs time at the next recovery, and no more.</summary>
    private void Save()
    {
        EntitySnapshot snapshot;
        try
        {
            snapshot = _core.Snapshot();
        }
        catch (Exception e)
        {
            output.NotSaved(e);
            return;
        }

        output.Save(snapshot);
    }

    /// <summary>
    /// Answers every deliverer with what is durable of its stream; what did not fit into the row, or was behind another stream's failure, is to be sent again. What failed is not
    /// answered: its stream of the key waits, and the time-out tries it again. Nor is what is of an older session: sent again at once, it would keep both sides busy.
    /// </summary>
    private void Answer(Acceptance? acceptance)
    {
        foreach (var (delivery, from) in _working)
        {
            if (_core.Durable(delivery) is { } upTo)
            {
                output.Answer(from, new Done(key, delivery.Stream.Name, upTo, delivery.Session));
            }
            else if (acceptance is not null && _core.Takes(delivery) && acceptance.Failure?.Event.Position.Stream != delivery.Stream)
            {
                output.Answer(from, new Resend(key, delivery.Stream.Name, delivery.Session));
            }

            if (_failed.Count > 0 && _failed.TryGetValue(delivery.Stream.Name, out var failed) && _core.Knows(failed.Session, failed.Event))
            {
                _failed.Remove(delivery.Stream.Name);
                output.Unblocked(delivery.Stream.Name);
            }
        }

        if (acceptance?.Failure is { } failure)
        {
            _failed[failure.Event.Position.Stream.Name] = failure;
            output.Blocked($"event '{failure.Event.Id}' at {failure.Event.Position.Stream} {failure.Event.Position.Number}: {failure.Cause.Message.TrimEnd('.')}", failure);
        }

        _working.Clear();
        _step = Step.Idle;
        GoOn();
    }

    /// <summary>Goes on with what waits, all of it together, or stops once no append is in flight.</summary>
    private void GoOn()
    {
        if (_stopping && _step != Step.Appending)
        {
            foreach (var (delivery, from) in _working.Concat(_waiting.Values))
            {
                output.Answer(from, new Resend(key, delivery.Stream.Name, delivery.Session));
            }

            _working.Clear();
            _waiting.Clear();
            _step = Step.Idle;
            output.Stop();
        }
        else if (_step == Step.Idle && _waiting.Count > 0)
        {
            _working.AddRange(_waiting.Values);
            _waiting.Clear();
            Work();
        }
    }

    private int New()
    {
        var events = 0;
        foreach (var (delivery, _) in _working)
        {
            foreach (var envelope in delivery.Events)
            {
                events += _core.Knows(delivery.Session, envelope) ? 0 : 1;
            }
        }

        return events;
    }
}
