using System.Data.Common;
using System.Globalization;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// The epochs of a journal. A journal that was restored gives out orderings and sequence numbers again that its old self has published under; what follows a restore
/// bears another epoch, so that no other hop takes it for what it knows.
/// </summary>
internal static class JournalEpochs
{
    /// <summary>In <c>ae_meta</c>: the highest ordering at each restore.</summary>
    public const string Row = "epochs";

    public static IReadOnlyList<long> Parse(string? text) =>
        string.IsNullOrEmpty(text) ? [] : [.. text.Split(' ').Select(t => long.Parse(t, NumberStyles.None, CultureInfo.InvariantCulture))];

    /// <summary>Begins an epoch behind the highest row, if row <paramref name="known"/> is not there.</summary>
    /// <returns>The orderings behind which epochs begin; null: the row is there.</returns>
    public static IReadOnlyList<long>? BeginIfLost(DbTransaction transaction, long known)
    {
        using var there = transaction.Command("SELECT count(*) FROM journal WHERE ordering = @known", ("@known", known));
        if (there.Number() > 0)
        {
            return null;
        }

        using var highest = transaction.Command("SELECT coalesce(max(ordering), 0) FROM journal");
        using var read = transaction.Command("SELECT value FROM ae_meta WHERE name = @name", ("@name", Row));
        IReadOnlyList<long> epochs = [.. Parse((string?)read.ExecuteScalar()), highest.Number()];
        using var write = transaction.Command(
            "INSERT INTO ae_meta (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("@name", Row),
            ("@value", string.Join(' ', epochs.Select(e => e.ToString(CultureInfo.InvariantCulture)))));
        write.ExecuteNonQuery();
        return epochs;
    }
}
