using ActorEvents.Journal.Entries;

namespace ActorEvents.Journal.Tail;

/// <summary>The journal's last rows in memory, bounded in rows and bytes: the oldest give way. Pure; not thread-safe.</summary>
internal sealed class TailWindow(int maxRows, long maxBytes)
{
    private readonly List<JournalRow> _rows = [];

    /// <summary>Rows behind this ordering, up to <see cref="End"/>, are here.</summary>
    public long Start { get; private set; }

    public long End { get; private set; }

    public int Count => _rows.Count;

    public long Bytes { get; private set; }

    /// <summary>Empties it and begins at another place.</summary>
    public void MoveTo(long place)
    {
        _rows.Clear();
        (Start, End, Bytes) = (place, place, 0);
    }

    /// <summary>Takes rows that follow on <see cref="End"/>. Not one that cannot be read, nor what is behind it: it may be restored, and is to be read again.</summary>
    public void Add(IReadOnlyList<JournalRow> rows)
    {
        foreach (var row in rows)
        {
            if (row is { Entry: null, Foreign: false })
            {
                break;
            }

            _rows.Add(row);
            Bytes += row.Size;
            End = row.Ordering;
        }

        var gone = 0;
        while (_rows.Count - gone > maxRows || Bytes > maxBytes)
        {
            Bytes -= _rows[gone].Size;
            Start = _rows[gone++].Ordering;
        }

        _rows.RemoveRange(0, gone);
    }

    /// <summary>Rows behind a place that is not before <see cref="Start"/>.</summary>
    public IReadOnlyList<JournalRow> Behind(long place, int limit)
    {
        var (low, high) = (0, _rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _rows[middle].Ordering > place ? (low, middle) : (middle + 1, high);
        }

        return _rows.GetRange(low, Math.Min(limit, _rows.Count - low));
    }
}
