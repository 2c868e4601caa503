using System.Data.Common;
using System.Globalization;

namespace ActorEvents.Journal.Schema;

/// <summary>Makes and checks a journal's tables in one transaction: the same steps in each database, what differs below.</summary>
/// <param name="description">For people: which database.</param>
/// <param name="blob">SQL type of a byte column.</param>
internal abstract class JournalSchema(string description, string blob)
{
    /// <summary>In <c>ae_meta</c>.</summary>
    public const string VersionRow = "schema-version";

    // These fail where the stock plugin's default mapping would fail.
    private const string ProbeJournal =
        "SELECT ordering, created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid FROM journal WHERE 1 = 0";

    private const string ProbeSnapshot =
        "SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE 1 = 0";

    /// <summary>As Akka.Persistence.Sql 1.5.73 makes them (table mapping "default", tag mode TagTable), where they are missing.</summary>
    protected abstract string PluginTables { get; }

    /// <summary>What to do where the tables of that name are other software's.</summary>
    protected abstract string OtherPlace { get; }

    /// <summary>Makes the journal's unique index on (persistence_id, sequence_number).</summary>
    protected abstract string UniqueIndex { get; }

    /// <summary>Type of a column of numbers that the database gives.</summary>
    protected abstract string Identity { get; }

    private string OwnTables => $"""
        CREATE TABLE IF NOT EXISTS ae_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS ae_positions (stream TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL, resume BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS ae_dead_letters (
            id {Identity},
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

    protected abstract Task<bool> ExistsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken);

    /// <summary>Whether a unique index covers these two columns, and nothing else.</summary>
    protected abstract Task<bool> HasUniqueIndexAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>What a table is called where the same name may stand for several.</summary>
    protected virtual Task<string> FullNameAsync(DbTransaction transaction, string table, CancellationToken cancellationToken) => Task.FromResult(table);

    /// <summary>What this database alone needs.</summary>
    protected virtual Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

    protected abstract bool IsMissingColumn(DbException e);

    protected async Task<JournalIdentity> MakeAsync(DbTransaction transaction, SchemaSteps steps, CancellationToken cancellationToken)
    {
        // Before anything is made: an older version must leave a newer one's tables as they are.
        var version = await ExistsAsync(transaction, "ae_meta", cancellationToken)
            ? await VersionAsync(transaction, steps, description, cancellationToken)
            : null;

        // All was made in one transaction. Even CREATE … IF NOT EXISTS needs rights that a node has no use for once the tables are there.
        if (version is null)
        {
            await MakeTablesAsync(transaction, cancellationToken);
        }

        await ProbeAsync(transaction, "journal", ProbeJournal, cancellationToken);
        await ProbeAsync(transaction, "snapshot", ProbeSnapshot, cancellationToken);
        if (!await HasUniqueIndexAsync(transaction, cancellationToken))
        {
            throw Refused(
                $"The table 'journal' of the {description} has no unique index on (persistence_id, sequence_number), without which two incarnations of an entity could write the same number. Create it: CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number)");
        }

        await CompleteAsync(transaction, cancellationToken);
        return await IdentifyAsync(transaction, version, cancellationToken);
    }

    private async Task MakeTablesAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var existed = await ExistsAsync(transaction, "journal", cancellationToken);
        await transaction.ExecuteAsync(PluginTables, cancellationToken);
        if (!existed)
        {
            await transaction.ExecuteAsync(UniqueIndex, cancellationToken);
        }

        await transaction.ExecuteAsync(OwnTables, cancellationToken);
    }

    private async Task ProbeAsync(DbTransaction transaction, string table, string sql, CancellationToken cancellationToken)
    {
        var name = await FullNameAsync(transaction, table, cancellationToken);
        try
        {
            await transaction.ExecuteAsync(sql, cancellationToken);
        }
        catch (DbException e) when (IsMissingColumn(e))
        {
            throw Refused(
                $"The table '{name}' of the {description} is not as Akka.Persistence.Sql's table mapping 'default' makes it: {e.Message.TrimEnd('.')}. {OtherPlace}", e);
        }
    }

    /// <summary>Makes or reads the journal's id.</summary>
    /// <param name="version">Null: the tables are new.</param>
    private async Task<JournalIdentity> IdentifyAsync(DbTransaction transaction, int? version, CancellationToken cancellationToken)
    {
        if (version is null)
        {
            var id = Guid.NewGuid().ToString("N");
            await WriteAsync(transaction, VersionRow, SchemaSteps.First.ToString(CultureInfo.InvariantCulture), cancellationToken);
            await WriteAsync(transaction, "journal-id", id, cancellationToken);
            return new JournalIdentity(id, IsNew: true, []);
        }

        return await ReadAsync(transaction, "journal-id", cancellationToken) is { } known
            ? new JournalIdentity(known, IsNew: false, JournalEpochs.Parse(await ReadAsync(transaction, JournalEpochs.Row, cancellationToken)))
            : throw Refused(
                $"Table ae_meta of the {description} has a row '{VersionRow}' and none 'journal-id'. Restore the database, or delete all rows of ae_meta: the journal then gets a new id.");
    }

    private static JournalUnavailableException Refused(string message, Exception? e = null) => new(JournalProblem.Refused, message, e);

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
