using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>What entities were told of their rows, held against the table at the end. Thread-safe.</summary>
/// <param name="alone">Nobody else writes these entities: no row may be refused.</param>
internal sealed class FaultLedger(bool alone) : IFaultLog
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _durable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly List<string> _broken = [];

    public int Rows
    {
        get
        {
            lock (_lock)
            {
                return _durable.Count;
            }
        }
    }

    public void Durable(string text)
    {
        lock (_lock)
        {
            if (!_durable.Add(text))
            {
                _broken.Add($"'{text}' was durable twice");
            }
        }
    }

    public void Refused(string text, string cause)
    {
        lock (_lock)
        {
            _refused.Add(text);
            if (alone)
            {
                _broken.Add($"'{text}' was refused, and nobody else writes: {cause}");
            }
        }
    }

    public void Broken(string what)
    {
        lock (_lock)
        {
            _broken.Add(what);
        }
    }

    /// <summary>Rows of each entity in the order of the table, once all of it was found right.</summary>
    /// <param name="killed">Writers were killed: there may be rows of which nothing was said.</param>
    public async Task<Dictionary<string, List<string>>> CheckAsync(IJournalReader reader, bool killed)
    {
        var entities = (await ReadAsync(reader)).GroupBy(r => r.PersistenceId, StringComparer.Ordinal)
            .ToDictionary(e => e.Key, e => e.ToList(), StringComparer.Ordinal);
        var stored = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, rows) in entities)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                var text = FaultEntity.Text(rows[i].Entry!);
                if (rows[i].SequenceNumber != i + 1 || FaultEntity.Number(text) != i + 1)
                {
                    Broken($"{id}: row {rows[i].SequenceNumber} '{text}' comes where row {i + 1} should");
                }

                if (!stored.Add(text))
                {
                    Broken($"'{text}' is there twice");
                }
            }
        }

        lock (_lock)
        {
            _broken.AddRange(_durable.Except(stored).Select(t => $"'{t}' was durable and is lost"));
            _broken.AddRange(_refused.Intersect(stored).Select(t => $"'{t}' was refused and is there"));
            _broken.AddRange(killed ? [] : stored.Except(_durable).Except(_refused).Select(t => $"'{t}' is there, and nobody was told"));
            Assert.True(_broken.Count == 0, $"{_broken.Count} wrong of {stored.Count} rows:\n{string.Join('\n', _broken.Take(20))}");
        }

        return entities.ToDictionary(e => e.Key, e => e.Value.ConvertAll(r => FaultEntity.Text(r.Entry!)), StringComparer.Ordinal);
    }

    private static async Task<List<JournalRow>> ReadAsync(IJournalReader reader)
    {
        var rows = new List<JournalRow>();
        while (true)
        {
            var page = await reader.ReadAsync(rows.Count == 0 ? 0 : rows[^1].Ordering, 10_000, CancellationToken.None);
            if (page.Count == 0)
            {
                return rows;
            }

            rows.AddRange(page);
        }
    }
}
