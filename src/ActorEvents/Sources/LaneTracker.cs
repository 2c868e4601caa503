namespace ActorEvents.Sources;

/// <summary>
/// What a lane has emitted and not yet committed: per position the set of subscriptions that still owe it (a bit each), its bytes and its resume
/// value. Credits come back in any order; only the commit mark is contiguous. Pure. A ring that grows up to the span.
/// </summary>
/// <remarks>In flight = events with an owing set that is not empty; tracked = the same plus what is settled behind a gap; capacity = span.</remarks>
internal sealed class LaneTracker(FlowOptions options, long start, long startResume)
{
    private Entry[] _ring = new Entry[64];
    private int _head;
    private int _count;
    private (long Next, long Resume) _mark = (start, startResume);
    private (long Next, long Resume)? _held;

    /// <summary>Positions tracked, at most the span.</summary>
    public int Tracked => _count;

    /// <summary>Events that somebody still owes: credits taken.</summary>
    public int InFlight { get; private set; }

    /// <summary>Bytes that somebody still owes.</summary>
    public long BytesInFlight { get; private set; }

    /// <summary>All positions below are settled, and none of them is held: what may be committed.</summary>
    public long Mark => Committable.Next;

    /// <summary>The resume value that belongs to <see cref="Mark"/>.</summary>
    public long MarkResume => Committable.Resume;

    private (long Next, long Resume) Committable => _held is { } held && held.Next < _mark.Next ? held : _mark;

    /// <summary>Who owes the position at <see cref="Mark"/> or the first one behind it: what all that is settled behind it waits for. 0: nothing is tracked.</summary>
    public ulong Awaited => _count > 0 ? At(0).Owing : 0;

    /// <summary>Whether credits (events and bytes) and span allow one more of this size. One event may always go.</summary>
    public bool HasRoom(int size) =>
        _count < options.Span && InFlight < options.MaxEvents && (InFlight == 0 || BytesInFlight + size <= options.MaxBytes);

    /// <summary>Tracks a position that <paramref name="owing"/> owe; empty: it is settled. Positions ascend.</summary>
    public void Add(long number, ulong owing, int size, long resume)
    {
        if (_count > 0 && number <= At(_count - 1).Number)
        {
            throw new InvalidOperationException($"Position {number} is not above {At(_count - 1).Number}: a source must read ascending.");
        }

        if (_count == _ring.Length)
        {
            Grow();
        }

        At(_count) = new Entry { Number = number, Owing = owing, Size = size, Resume = resume };
        _count++;
        InFlight++;
        BytesInFlight += size;
        if (owing == 0)
        {
            Free(ref At(_count - 1));
            Advance();
        }
    }

    /// <summary>
    /// A subscription settles nothing of what it owes, nor of what comes: the mark stays at or below the first of it, and it takes no credits and no span.
    /// </summary>
    public void Hold(int subscription)
    {
        var bit = 1UL << subscription;
        var from = _mark;
        for (var i = 0; i < _count && (At(i).Owing & bit) == 0; i++)
        {
            from = (At(i).Number + 1, At(i).Resume);
        }

        if (_held is null || from.Next < _held.Value.Next)
        {
            _held = from;
        }

        for (var i = 0; i < _count; i++)
        {
            Pay(ref At(i), bit);
        }

        Advance();
    }

    /// <summary>Takes one subscription out of the owing sets of some positions. Unknown positions and repeats change nothing.</summary>
    /// <param name="free">Gets what nobody owes any more.</param>
    public void Settle(int subscription, ReadOnlySpan<long> positions, List<FreePosition>? free = null)
    {
        var bit = 1UL << subscription;
        var next = 0;
        foreach (var position in positions)
        {
            var index = next < _count && At(next).Number == position ? next : Find(position);
            if (index < 0)
            {
                continue;
            }

            next = index + 1;
            ref var entry = ref At(index);
            if (Pay(ref entry, bit))
            {
                free?.Add(new FreePosition(entry.Number, entry.Resume));
            }
        }

        Advance();
    }

    /// <returns>Whether nobody owes it any more, and somebody did.</returns>
    private bool Pay(ref Entry entry, ulong bit)
    {
        if ((entry.Owing & bit) == 0 || (entry.Owing &= ~bit) != 0)
        {
            return false;
        }

        Free(ref entry);
        return true;
    }

    private void Free(ref Entry entry)
    {
        InFlight--;
        BytesInFlight -= entry.Size;
    }

    private void Advance()
    {
        while (_count > 0 && At(0).Owing == 0)
        {
            _mark = (At(0).Number + 1, At(0).Resume);
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
        }
    }

    private int Find(long position)
    {
        var (low, high) = (0, _count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var number = At(middle).Number;
            if (number == position)
            {
                return middle;
            }

            (low, high) = number < position ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private ref Entry At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = At(i);
        }

        (_ring, _head) = (larger, 0);
    }

    private struct Entry
    {
        public long Number;
        public ulong Owing;
        public long Resume;
        public int Size;
    }
}

/// <summary>A position that nobody owes any more.</summary>
/// <param name="Resume">The record's own (<see cref="SourceRecord.Resume"/>): of a queue the delivery tag.</param>
public readonly record struct FreePosition(long Number, long Resume);
