using System.Globalization;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Relay;

/// <summary>What of one page goes where: for each topic that takes part in the page, its events above its place, in journal order.</summary>
internal sealed class RelayBatch
{
    private readonly Dictionary<string, List<RelayRecord>> _byTopic = new(StringComparer.Ordinal);

    private RelayBatch(long after, long last)
    {
        After = after;
        Last = last;
    }

    /// <summary>Rows above this ordering …</summary>
    public long After { get; }

    /// <summary>… up to this one.</summary>
    public long Last { get; private set; }

    public List<RelayRecord> Records { get; } = [];

    public IReadOnlyDictionary<string, List<RelayRecord>> ByTopic => _byTopic;

    /// <summary>A row of ours that cannot be read: the page ends before it, and nobody goes on behind it.</summary>
    public string? Damage { get; private set; }

    /// <summary>The first row that other software wrote; it has no outgoing events.</summary>
    public JournalRow? Foreign { get; private set; }

    /// <summary>
    /// Topics of a page that are in no row yet, each with the ordering of its first event; none behind a row that cannot be read, which may hold the first.
    /// </summary>
    public static IReadOnlyList<(string Topic, long Ordering)> NewTopics(IReadOnlyList<JournalRow> page, RelayPlaces places)
    {
        List<(string, long)> found = [];
        foreach (var row in page)
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

    public static RelayBatch Of(long after, IReadOnlyList<JournalRow> page, RelayPlaces places, RelayRecords records)
    {
        var batch = new RelayBatch(after, page[^1].Ordering);
        foreach (var row in page)
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
                if (RelayPlaces.TakesPart(topic, after) && row.Ordering > topic.Place)
                {
                    batch.Add(records.Make(row, i));
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

    private void Add(RelayRecord record)
    {
        Records.Add(record);
        if (!_byTopic.TryGetValue(record.Topic, out var list))
        {
            _byTopic.Add(record.Topic, list = []);
        }

        list.Add(record);
    }
}
