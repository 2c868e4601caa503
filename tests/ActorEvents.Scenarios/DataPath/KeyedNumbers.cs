using System.Globalization;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>What handlers of <see cref="Counted"/> events have appended: the numbers of each entity, in the order of its rows.</summary>
internal static class KeyedNumbers
{
    /// <summary>By persistence id. A number is an event's id without its leading letters.</summary>
    public static Dictionary<string, List<int>> Of(IEnumerable<JournalRow> rows) => rows.GroupBy(r => r.PersistenceId, StringComparer.Ordinal).ToDictionary(
        entity => entity.Key,
        entity => entity.SelectMany(r => r.Entry!.StateEvents)
            .Select(e => int.Parse(e.Read<Counted>().Number.AsSpan().TrimStart('m'), CultureInfo.InvariantCulture))
            .ToList(),
        StringComparer.Ordinal);

    /// <summary>Event i has the key <c>k(i % keys)</c>: this handler has every event once, those of a key in order, and sequence numbers without a gap.</summary>
    public static void Check(IEnumerable<JournalRow> rows, int events, int keys, string handler = "totals")
    {
        JournalRow[] own = [.. rows.Where(r => r.PersistenceId.StartsWith(handler + "/", StringComparison.Ordinal))];
        var numbers = Of(own);
        Assert.Equal(keys, numbers.Count);
        for (var k = 0; k < keys; k++)
        {
            Assert.Equal(Enumerable.Range(0, events).Where(i => i % keys == k), numbers[$"{handler}/k{k}"]);
        }

        Assert.All(own.GroupBy(r => r.PersistenceId, StringComparer.Ordinal), k => Assert.Equal(Enumerable.Range(1, k.Count()).Select(i => (long)i), k.Select(r => r.SequenceNumber)));
    }
}
