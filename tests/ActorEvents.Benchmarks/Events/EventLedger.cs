using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Benchmarks.Events;

/// <summary>
/// Numbers the events of all rounds on one journal and knows the key of each, so that what <see cref="Counter"/> stored can be read back: every event once, under its key,
/// in order.
/// </summary>
internal sealed class EventLedger
{
    private const int PageRows = 2_000;
    private const string Prefix = "bench/";
    private static readonly string[] s_thousand = [.. Enumerable.Range(0, 1_000).Select(k => $"key-{k}")];
    private readonly List<EventSeries> _rounds = [];

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>1,000 keys in turn.</summary>
    public static string Spread(long number) => s_thousand[number % s_thousand.Length];

    /// <summary>The next round.</summary>
    public EventSeries Next(int count, Func<long, string> keyOf)
    {
        var stream = StreamId.ForPartition("bench", "array", string.Create(CultureInfo.InvariantCulture, $"run{_rounds.Count}"), 0);
        var series = new EventSeries(stream, Events, count, keyOf);
        _rounds.Add(series);
        Events += count;
        return series;
    }

    /// <summary>Reads the whole journal.</summary>
    /// <returns>How many rows it has.</returns>
    /// <exception cref="BenchmarkFailedException">An event is lost, doubled, out of order, or under another key.</exception>
    public async Task<long> ReadBackAsync(IJournalReader journal)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        var (rows, found, after) = (0L, 0L, 0L);
        while (await journal.ReadAsync(after, PageRows, CancellationToken.None) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                if (row.Problem is not null || !row.PersistenceId.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    throw new BenchmarkFailedException($"A row of '{row.PersistenceId}' is not of the benchmark: {row.Problem}");
                }

                var key = row.PersistenceId[Prefix.Length..];
                foreach (var stored in row.StateEvents)
                {
                    var number = stored.Read<Seen>().Number;
                    if (last.TryGetValue(key, out var before) && number <= before)
                    {
                        throw Failed($"event {number} of key '{key}' stands behind event {before}: doubled, or out of order");
                    }

                    if (KeyOf(number) is var expected && expected != key)
                    {
                        throw Failed($"event {number} stands under key '{key}' and not under '{expected}'");
                    }

                    last[key] = number;
                    found++;
                }
            }

            (rows, after) = (rows + page.Count, page[^1].Ordering);
        }

        // No number stands twice, each under its key: as many as were made are all that were made.
        return found == Events ? rows : throw Failed($"{Events - found} of {Events} events are lost");
    }

    private string? KeyOf(long number)
    {
        for (var i = _rounds.Count - 1; i >= 0; i--)
        {
            if (number >= _rounds[i].First)
            {
                return number - _rounds[i].First < _rounds[i].Count ? _rounds[i].KeyOf(number) : null;
            }
        }

        return null;
    }

    private static BenchmarkFailedException Failed(FormattableString what) => new("Read back from the journal: " + FormattableString.Invariant(what) + ".");
}
