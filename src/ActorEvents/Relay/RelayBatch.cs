using System.Globalization;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Relay;

/// <summary>What of some rows goes where: for each topic that takes part in them, its events above what it was handed, in journal order.</summary>
internal sealed class RelayBatch
{
    /// <summary>Outgoing events and bytes of the rows of one batch at most; a row that has more is one of its own.</summary>
    public const int MaxEvents = 2_000;
    public const long MaxBytes = 1 << 20;

    private readonly Dictionary<string, Part> _parts = new(StringComparer.Ordinal);

    private RelayBatch(long last) => Last = last;

    /// <summary>Ordering of its last row.</summary>
    public long Last { get; private set; }

    public IReadOnlyDictionary<string, Part> Parts => _parts;

    /// <summary>A row of ours that cannot be read: the batch ends before it, and nobody goes on behind it.</summary>
    public string? Damage { get; private set; }

    /// <summary>The first row that other software wrote; it has no outgoing events.</summary>
    public JournalRow? Foreign { get; private set; }

    /// <summary>The rows of a page from an index on that make one batch.</summary>
    public static IReadOnlyList<JournalRow> Rows(IReadOnlyList<JournalRow> page, int from)
    {
        var (to, events, bytes) = (from, 0L, 0L);
        for (; to < page.Count; to++)
        {
            events += page[to].Entry?.Outgoing.Count ?? 0;
            bytes += page[to].Size;
            if (to > from && (events > MaxEvents || bytes > MaxBytes))
            {
                break;
            }
        }

        return to - from == page.Count ? page : [.. page.Skip(from).Take(to - from)];
    }

    /// <summary>
    /// Topics of some rows that are in no row yet, each with the ordering of its first event; none behind a row that cannot be read, which may hold the first.
    /// </summary>
    public static IReadOnlyList<(string Topic, long Ordering)> NewTopics(IReadOnlyList<JournalRow> rows, RelayPlaces places)
    {
        List<(string, long)> found = [];
        foreach (var row in rows)
        {
            if (row.Foreign)
            {
                continue;
            }

            if (Problem(row) is not null)
            {
                break;
            }

            var outgoing = row.Entry!.Outgoing;
            for (var i = 0; i < outgoing.Count; i++)
            {
                var topic = outgoing[i].Destination;
                if (places.Find(topic) is null && !found.Exists(f => f.Item1 == topic))
                {
                    found.Add((topic, row.Ordering));
                }
            }
        }

        return found;
    }

    /// <param name="after">The rows are those above this ordering.</param>
    public static RelayBatch Of(long after, IReadOnlyList<JournalRow> rows, RelayPlaces places, RelayRecords records)
    {
        var batch = new RelayBatch(rows[^1].Ordering);
        foreach (var row in rows)
        {
            var damage = row.Foreign ? null : Problem(row);
            if (damage is not null)
            {
                batch.Damage = damage;
                batch.Last = row.Ordering - 1;
                break;
            }

            if (row.Foreign)
            {
                batch.Foreign ??= row;
                continue;
            }

            var outgoing = row.Entry!.Outgoing;
            for (var i = 0; i < outgoing.Count; i++)
            {
                var topic = places.Find(outgoing[i].Destination)!;
                if (RelayPlaces.TakesPart(topic, after) && row.Ordering > topic.Next)
                {
                    batch.Add(topic, row, records.Make(row, i));
                }
            }
        }

        return batch;
    }

    private static string? Problem(JournalRow row)
    {
        if (row.Entry is null)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"journal row {row.Ordering} ({row.PersistenceId}, number {row.SequenceNumber}) is of ours and cannot be read: {row.Problem} Nothing behind it is published. Start a version that knows it, or restore the row");
        }

        return row.Entry.Outgoing.Count <= JournalEntry.MaxOutgoing
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"journal row {row.Ordering} ({row.PersistenceId}, number {row.SequenceNumber}) holds {row.Entry.Outgoing.Count} outgoing events; origin numbers have room for {JournalEntry.MaxOutgoing}. Nothing behind it is published");
    }

    private void Add(RelayTopic topic, JournalRow row, RelayRecord record)
    {
        if (!_parts.TryGetValue(topic.Name, out var part))
        {
            _parts.Add(topic.Name, part = new Part(topic));
        }

        part.Add(row, record);
    }

    /// <summary>One topic's.</summary>
    internal sealed class Part(RelayTopic topic)
    {
        private readonly List<RelayRecord> _records = [];
        private long _row = -1;

        public RelayTopic Topic => topic;

        public IReadOnlyList<RelayRecord> Records => _records;

        /// <summary>Of the rows that they are from.</summary>
        public long Bytes { get; private set; }

        public void Add(JournalRow row, RelayRecord record)
        {
            _records.Add(record);
            if (_row != row.Ordering)
            {
                _row = row.Ordering;
                Bytes += row.Size;
            }
        }
    }
}
