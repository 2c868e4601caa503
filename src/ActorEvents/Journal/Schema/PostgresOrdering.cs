using System.Data.Common;
using System.Globalization;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// The sequence that numbers the rows of the journal. Its numbers must rise in the order of commits, from above what the table holds: a cache gives each session a block
/// of its own, a sequence that was not copied with its table starts below it, one that ends fails all rows.
/// </summary>
internal static class PostgresOrdering
{
    /// <summary>One row: the sequence's name, cache, increment, last value (null: no right to see it), last value that is possible, and the table's highest.</summary>
    public const string Question = """
        SELECT s.seqrelid::regclass::text, s.seqcache, s.seqincrement,
               CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT') THEN coalesce(pg_sequence_last_value(s.seqrelid), 0) END, s.seqmax,
               (SELECT coalesce(max(ordering), 0) FROM journal)
        FROM pg_sequence s WHERE s.seqrelid = pg_get_serial_sequence('journal', 'ordering')::regclass
        """;

    /// <summary>Condition of an INSERT: each number is above those that are committed. A reader would pass the others by, and for good; the insert looks, because a minute later it would be too late.</summary>
    public const string Rises =
        "(SELECT seqcache = 1 AND seqincrement > 0 FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence('journal', 'ordering')::regclass)";

    /// <summary>SQLSTATE: nextval has reached the last value (<c>sequence_generator_limit_exceeded</c>).</summary>
    public const string SequenceEnded = "2200H";

    /// <summary>Rows that must be left until the end.</summary>
    private const long Reserve = 1_000_000;

    /// <summary>An event's origin number is its row's × 65,536 and an index, in 63 bits.</summary>
    private const long LastOrigin = long.MaxValue >> 16;

    /// <summary>What is wrong with the row that <see cref="Question"/> has found, with the statement that mends it; null: nothing.</summary>
    public static string? Problem(DbDataReader row)
    {
        var (name, cache, increment) = (row.GetString(0), row.GetInt64(1), row.GetInt64(2));
        var last = row.IsDBNull(3) ? (long?)null : row.GetInt64(3);
        var (max, highest) = (row.GetInt64(4), row.GetInt64(5));
        if (cache != 1)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the sequence {name} has CACHE {cache}: each session would draw a block of numbers of its own, and readers would pass rows that come later. Run: ALTER SEQUENCE {name} CACHE 1");
        }

        if (increment < 1)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the sequence {name} has INCREMENT {increment}: its numbers must rise. Run: ALTER SEQUENCE {name} INCREMENT 1");
        }

        if (last < highest)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the sequence {name} stands at {last}, behind the table, whose highest ordering is {highest} (rows were copied without it). Run: SELECT setval('{name}', {highest})");
        }

        var at = Math.Max(last ?? 0, highest);
        var end = Math.Min(max, LastOrigin);
        return at < end - Reserve ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the sequence {name} stands at {at} and ends at {end}. {(max < LastOrigin ? $"Run: ALTER SEQUENCE {name} MAXVALUE {LastOrigin} NO CYCLE" : "Begin a new journal")}");
    }
}
