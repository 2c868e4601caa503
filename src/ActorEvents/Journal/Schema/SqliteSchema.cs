using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Schema;

/// <summary>Makes and checks a journal's SQLite file.</summary>
internal sealed class SqliteSchema(SqliteDialect dialect) : JournalSchema(dialect.Description, dialect.Blob)
{
    /// <summary>Up to here the whole file is checked at each start (about a second on a slow disk); damage in a bigger one shows when it is read.</summary>
    private const long WholeCheckLimit = 64L << 20;

    private static readonly string[] s_uniqueColumns = ["persistence_id", "sequence_number"];

    protected override string PluginTables => """
        CREATE TABLE IF NOT EXISTS journal (
            ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            created INTEGER NOT NULL,
            deleted BIT NOT NULL,
            persistence_id NVARCHAR(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            message VARBINARY NOT NULL,
            manifest NVARCHAR(500) NULL,
            identifier INTEGER NULL,
            writer_uuid NVARCHAR(128) NULL);
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id INTEGER NOT NULL,
            tag NVARCHAR(64) NOT NULL,
            sequence_nr INTEGER NOT NULL,
            persistence_id NVARCHAR(255) NOT NULL,
            CONSTRAINT PK_tags PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag);
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id NVARCHAR(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            created INTEGER NOT NULL,
            snapshot VARBINARY NULL,
            manifest NVARCHAR(500) NULL,
            serializer_id INTEGER NULL,
            CONSTRAINT PK_snapshot PRIMARY KEY (persistence_id, sequence_number));
        """;

    protected override string OtherPlace => $"Give another file ({SettingNames.SqliteFile}) or migrate the table.";

    protected override string UniqueIndex => "CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number)";

    protected override string Identity => "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT";

    public async Task<JournalIdentity> PrepareAsync(SchemaSteps steps, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            MakeFolder();
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = dialect.File,
                Mode = SqliteOpenMode.ReadWriteCreate,
                Pooling = false,
                DefaultTimeout = 60,
            }.ToString());
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", cancellationToken);
            await CheckFileAsync(connection, cancellationToken);
            JournalIdentity identity;
            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
            {
                identity = await MakeAsync(transaction, steps, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            var upgrade = new SchemaUpgrade(steps, dialect.Description, takeLock: "", step => step.Sqlite, e => Translate((SqliteException)e), logger);
            await upgrade.RunAsync(connection, cancellationToken);
            return identity;
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException(
                JournalProblem.Unreachable,
                $"The folder of the {dialect.Description} cannot be made or read: {e.Message} Give another path ({SettingNames.SqliteFile}).",
                e);
        }
    }

    private void MakeFolder()
    {
        var folder = Path.GetDirectoryName(dialect.File);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
        }
    }

    private async Task CheckFileAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        if (new FileInfo(dialect.File).Length > WholeCheckLimit)
        {
            return;
        }

        await using var check = connection.Command("PRAGMA quick_check(1)");
        var found = (string?)await check.ExecuteScalarAsync(cancellationToken);
        if (found is not "ok")
        {
            throw Damaged($"a check found: {found?.ReplaceLineEndings(" ")}", null);
        }
    }

    protected override async Task<bool> ExistsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = @name", ("@name", table));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    protected override async Task<bool> HasUniqueIndexAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT l.name, i.name FROM pragma_index_list('journal') l JOIN pragma_index_info(l.name) i
            WHERE l."unique" = 1 AND l.partial = 0
            """);
        var columns = await command.RowsAsync(r => (Index: r.GetString(0), Column: r.IsDBNull(1) ? "" : r.GetString(1)), cancellationToken);
        return columns.GroupBy(c => c.Index, c => c.Column, StringComparer.Ordinal)
            .Any(index => index.Order(StringComparer.Ordinal).SequenceEqual(s_uniqueColumns, StringComparer.OrdinalIgnoreCase));
    }

    protected override bool IsMissingColumn(DbException e) => ((SqliteException)e).SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR;

    /// <summary>With the file and what to do.</summary>
    public JournalUnavailableException Translate(SqliteException e) => Translate(e, e.Message.TrimEnd('.'));

    private JournalUnavailableException Translate(SqliteException e, string said) => e.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT => Damaged(said, e),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_AUTH => new(
            JournalProblem.Denied,
            $"The {dialect.Description} cannot be written: {said}. Give this user the right to write the file and its folder, or another path ({SettingNames.SqliteFile}).",
            e),
        SQLitePCL.raw.SQLITE_CANTOPEN => new(
            JournalProblem.Unreachable,
            $"The {dialect.Description} cannot be opened: {said}. Its folder must be there and writable; give another path ({SettingNames.SqliteFile}).",
            e),
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => new(
            JournalProblem.Failed,
            $"Another process holds the {dialect.Description} for over 30 s. End it, or give another path ({SettingNames.SqliteFile}).",
            e),
        SQLitePCL.raw.SQLITE_FULL => new(
            JournalProblem.Failed, $"The {dialect.Description} cannot grow: the disk of '{Path.GetDirectoryName(dialect.File)}' is full. Free space there.", e),
        _ => new(JournalProblem.Failed, $"The {dialect.Description} cannot be used ({SettingNames.SqliteFile}): {said}.", e),
    };

    private JournalUnavailableException Damaged(string what, Exception? e) => new(
        JournalProblem.Corrupt,
        $"The {dialect.Description} is damaged or is not a database: {what}. Restore it from a back-up, or move it away together with its -wal and -shm files ({SettingNames.SqliteFile}).",
        e);
}
