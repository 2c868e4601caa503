using ActorEvents.Events;

namespace ActorEvents.Sources;

/// <summary>
/// The reader of one stream for one session, pure: takes credits, emits, keeps who still owes what, has settled positions committed or acknowledged. No
/// credit: nothing more is pulled. The actor and the simulation of the delivery protocol run this class.
/// </summary>
internal sealed class LaneFlow
{
    private const int DeadLetterDebt = 63;

    private readonly FlowOptions _options;
    private readonly Settlement _settlement;
    private readonly long _start;
    private readonly IReadOnlyList<string> _handlers;
    private readonly ILaneOutput _output;
    private readonly LaneTracker _tracker;
    private readonly ulong _everybody;
    private readonly List<EventEnvelope> _emit = [];
    private readonly List<DeadLetter> _dead = [];
    private readonly List<FreePosition> _free = [];
    private IReadOnlyList<SourceRecord> _batch = [];
    private int _next;
    private bool _taken;
    private ulong _opening;
    private ulong _held;
    private bool _flowing;
    private bool _pulling;
    private long _sequence;
    private long _committed;
    private bool _committing;
    private bool _paused;
    private bool _draining;
    private bool _ended;
    private bool _closed;

    /// <param name="start">The committed position, and what the source needs beside it to go on there.</param>
    /// <param name="handlers">Names of the handler types of the session's subscriptions; a subscription is named by its index here, at most 63.</param>
    public LaneFlow(FlowOptions options, Settlement settlement, (long Next, long Resume) start, IReadOnlyList<string> handlers, bool paused, ILaneOutput output)
    {
        (_options, _settlement, _start, _handlers, _paused, _output) = (options, settlement, start.Next, handlers, paused, output);
        _tracker = new LaneTracker(options, start.Next, start.Resume);
        _committed = start.Next;
        _everybody = _opening = (1UL << handlers.Count) - 1;
    }

    /// <summary>The committed position.</summary>
    public long CommittedUpTo => _committed;

    /// <summary>Events that somebody still owes.</summary>
    public int InFlight => _tracker.InFlight;

    /// <summary>For the gauges: unsettled events, their bytes, positions tracked.</summary>
    public (int Events, long Bytes, int Tracked) Credits => (_tracker.InFlight, _tracker.BytesInFlight, _tracker.Tracked);

    /// <summary>What it looks like now.</summary>
    public LaneStatus GetStatus(string stream) => new(
        stream, _start, _committed, _tracker.InFlight, _tracker.BytesInFlight, _tracker.Tracked, _batch.Count - _next, _paused, _draining, [.. Names(_held)], [.. Names(_tracker.Awaited)])
    {
        SpanReached = SpanReached,
    };

    private bool SpanReached => _next < _batch.Count && _tracker.Tracked >= _options.Span && _tracker.InFlight < _options.MaxEvents;

    /// <summary>The source's stream runs.</summary>
    public void Begin()
    {
        _flowing = true;
        PullFirst();
    }

    /// <summary>A subscription listens.</summary>
    public void Opened(int subscription)
    {
        _opening &= ~(1UL << subscription);
        PullFirst();
    }

    /// <summary>What was pulled.</summary>
    public void Batch(IReadOnlyList<SourceRecord> records)
    {
        (_batch, _next, _taken) = (records, 0, true);
        Progress();
    }

    /// <summary>A subscription owes these no longer. Repeats and unknown positions change nothing.</summary>
    public void Settled(int subscription, ReadOnlySpan<long> positions)
    {
        _tracker.Settle(subscription, positions, _settlement == Settlement.Each ? _free : null);
        if (_free.Count > 0)
        {
            _committed += _free.Count;
            FreePosition[] free = [.. _free];
            _free.Clear();
            _output.Acknowledge(free);
        }

        Progress();
    }

    /// <summary>Dead letters are stored.</summary>
    public void Stored(ReadOnlySpan<long> positions) => Settled(DeadLetterDebt, positions);

    public void Committed(long next)
    {
        _committed = Math.Max(_committed, next);
        _committing = false;
        Progress();
    }

    /// <summary>
    /// A handler is paused: what it owes, and what comes, is for a later reading. A mark stays below it and the others go on; where each position is acknowledged by itself,
    /// it keeps its credits.
    /// </summary>
    public void Hold(int subscription)
    {
        _held |= 1UL << subscription;
        if (_settlement == Settlement.Mark)
        {
            _tracker.Hold(subscription);
        }

        Progress();
    }

    /// <summary>Emits nothing until it goes on. What is under way is settled and committed.</summary>
    public void Pause(bool paused)
    {
        _paused = paused;
        Progress();
    }

    /// <summary>The source's stream ended.</summary>
    public void End()
    {
        _ended = true;
        Progress();
    }

    /// <summary>Emits nothing more, and closes when all that is under way is settled and committed.</summary>
    public void Drain()
    {
        _draining = true;
        (_batch, _next) = ([], 0);
        Progress();
    }

    /// <summary>Ends the session.</summary>
    public void Close(LaneEnd why)
    {
        if (!_closed)
        {
            _closed = true;
            _output.Closed(why);
        }
    }

    /// <summary>The first batch is pulled once the stream runs and every subscription of the list listens.</summary>
    private void PullFirst()
    {
        if (_opening == 0 && _flowing && !_pulling)
        {
            _pulling = true;
            _output.Pull();
        }
    }

    private void Progress()
    {
        if (_closed)
        {
            return;
        }

        Emit();
        var marks = _settlement == Settlement.Mark;
        if (marks && _tracker.Mark > _committed && !_committing)
        {
            _committing = true;
            _output.Commit(_tracker.Mark, _tracker.MarkResume);
        }

        if (_tracker.Tracked > 0 || (marks && _committed < _tracker.Mark))
        {
            return;
        }

        if (_draining)
        {
            Close(LaneEnd.Drained);
        }
        else if (_ended && !_taken && _held == 0)
        {
            _output.Completed(_committed);
            Close(LaneEnd.EndOfStream);
        }
    }

    /// <summary>Emits what credits and span allow; the rest of the batch waits, and the stream with it.</summary>
    private void Emit()
    {
        // With every handler paused there is nobody to emit to; without handlers a log is read through, and a queue is not emptied.
        var marks = _settlement == Settlement.Mark;
        var owing = marks ? _everybody & ~_held : _everybody;
        if (_paused || _draining || (owing == 0 && (_everybody != 0 || !marks)))
        {
            return;
        }

        while (_next < _batch.Count && _tracker.HasRoom(_batch[_next].Size))
        {
            var record = _batch[_next++];
            if (record.Event is { } envelope)
            {
                _tracker.Add(record.Number, owing, record.Size, record.Resume);
                _emit.Add(envelope);
                if (_emit.Count >= _options.EmitBatch)
                {
                    Publish();
                }
            }
            else if (record.Dead is { } dead)
            {
                _tracker.Add(record.Number, 1UL << DeadLetterDebt, record.Size, record.Resume);
                _dead.Add(dead);
            }
            else
            {
                _tracker.Add(record.Number, 0, 0, record.Resume);
            }
        }

        Publish();
        if (_dead.Count > 0)
        {
            _output.Store([.. _dead]);
            _dead.Clear();
        }

        if (SpanReached)
        {
            _output.SpanReached(Names(_tracker.Awaited));
        }

        if (_taken && _next == _batch.Count)
        {
            (_batch, _next, _taken) = ([], 0, false);
            _output.Pull();
        }
    }

    private void Publish()
    {
        if (_emit.Count > 0)
        {
            EventEnvelope[] events = [.. _emit];
            _emit.Clear();
            _output.Emit(_sequence++, events);
        }
    }

    private IEnumerable<string> Names(ulong subscriptions) => _handlers.Where((_, index) => (subscriptions & (1UL << index)) != 0);
}
