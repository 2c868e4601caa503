using System.Data.Common;
using System.Globalization;

namespace ActorEvents.Journal.Schema;

/// <summary>What both databases have in common: our own tables, the version, the id.</summary>
internal static class JournalSchema
{
    public const string JournalTable = "journal";

    /// <summary>In <c>ae_meta</c>.</summary>
    public const string VersionRow = "schema-version";

    /// <summary>What the unique index must cover, and nothing else.</summary>
    public static readonly string[] UniqueColumns = ["persistence_id", "sequence_number"];

    /// <summary>Fails where the stock plugin's default mapping would fail.</summary>
    public const string ProbeJournal =
        "SELECT ordering, created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid FROM journal WHERE 1 = 0";

    /// <summary>Fails where the stock plugin's default mapping would fail.</summary>
    public const string ProbeSnapshot =
        "SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE 1 = 0";

    public static string OwnTables(string blob, string identity) => $"""
        CREATE TABLE IF NOT EXISTS ae_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS ae_positions (stream TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL, resume BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS ae_dead_letters (
            id {identity},
            stream TEXT NOT NULL,
            position BIGINT NOT NULL,
            handler TEXT NOT NULL,
            reason TEXT NOT NULL,
            record_key {blob} NULL,
            record_value {blob} NULL,
            headers {blob} NOT NULL,
            stored_at TEXT NOT NULL,
            UNIQUE (stream, position, handler));
        CREATE TABLE IF NOT EXISTS ae_relay (
            destination TEXT NOT NULL,
            topic_id TEXT NOT NULL,
            ordering BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            PRIMARY KEY (destination, topic_id));
        CREATE TABLE IF NOT EXISTS ae_relay_lease (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), epoch BIGINT NOT NULL);
        INSERT INTO ae_relay_lease (one, epoch) VALUES (1, 0) ON CONFLICT (one) DO NOTHING;
        """;

    /// <summary>The version of the tables; null: <c>ae_meta</c> is there and says none.</summary>
    /// <exception cref="JournalUnavailableException">It is none that these steps lead to.</exception>
    public static async Task<int?> VersionAsync(DbTransaction transaction, SchemaSteps steps, string description, CancellationToken cancellationToken)
    {
        var version = await ReadAsync(transaction, VersionRow, cancellationToken);
        return version is null ? null
            : int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= SchemaSteps.First && number <= steps.Version ? number
            : throw new JournalUnavailableException(
                JournalProblem.Newer,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {description} holds a journal of schema version '{version}'; this version of ActorEvents knows {steps.Version}. Run the newer version, or point {SettingNames.Section} elsewhere."));
    }

    /// <summary>Within the transaction that made the tables: makes or reads the journal's id.</summary>
    /// <param name="version">Null: the tables are new.</param>
    public static async Task<JournalIdentity> IdentifyAsync(DbTransaction transaction, int? version, string description, CancellationToken cancellationToken)
    {
        if (version is null)
        {
            var id = Guid.NewGuid().ToString("N");
            await WriteAsync(transaction, VersionRow, SchemaSteps.First.ToString(CultureInfo.InvariantCulture), cancellationToken);
            await WriteAsync(transaction, "journal-id", id, cancellationToken);
            return new JournalIdentity(id, IsNew: true);
        }

        return await ReadAsync(transaction, "journal-id", cancellationToken) is { } known
            ? new JournalIdentity(known, IsNew: false)
            : throw new JournalUnavailableException(
                JournalProblem.Refused,
                $"Table ae_meta of the {description} has a row '{VersionRow}' and none 'journal-id'. Restore the database, or delete all rows of ae_meta: the journal then gets a new id.");
    }

    public static JournalUnavailableException NoUniqueIndex(string description) => new(
        JournalProblem.Refused,
        $"The table '{JournalTable}' of the {description} has no unique index on (persistence_id, sequence_number), without which two incarnations of an entity could write the same number. Create it: CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number)");

    public static JournalUnavailableException WrongColumns(string table, string description, Exception e) => new(
        JournalProblem.Refused,
        $"The table '{table}' of the {description} is not as Akka.Persistence.Sql's table mapping 'default' makes it: {e.Message.TrimEnd('.')}. Use another database or migrate the table.",
        e);

    private static async Task<string?> ReadAsync(DbTransaction transaction, string name, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT value FROM ae_meta WHERE name = @name", ("@name", name));
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task WriteAsync(DbTransaction transaction, string name, string value, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "INSERT INTO ae_meta (name, value) VALUES (@name, @value)", ("@name", name), ("@value", value));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
