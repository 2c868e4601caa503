using System.Data.Common;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// One file in WAL mode. SQLite's calls block: reads run on the thread pool, writes on the thread of the one writer.
/// </summary>
internal sealed class SqliteDialect : Dialect
{
    /// <summary>For a connection that stays: pages of the index that are written again and again are kept, and go to the file every 40 MB and not every 4.</summary>
    private const string OwnPragmas = "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 10000;";

    private readonly string _connectionString;

    /// <summary>SQLite's own waiting, which looks every few milliseconds, as the driver's own looks every 150; and when a transaction is done.</summary>
    private readonly string _connectionPragmas;

    private readonly SqliteSchema _schema;

    public SqliteDialect(string file, string synchronous = "FULL")
    {
        _connectionPragmas = $"PRAGMA busy_timeout = 30000; PRAGMA synchronous = {synchronous};";
        File = Path.GetFullPath(file);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = File,
            Mode = SqliteOpenMode.ReadWrite,
            Cache = SqliteCacheMode.Private,
            Pooling = true,
            DefaultTimeout = 60,
        }.ToString();
        _schema = new SqliteSchema(this);
    }

    public string File { get; }

    public override string Description => $"SQLite file '{File}'";

    public override string SystemName => "sqlite";

    public override string ProviderName => LinqToDB.ProviderName.SQLiteMS;

    public override string Blob => "BLOB";

    public override string ForUpdate => "";

    public override DataOptions JournalConnection() => Connection(new LeavingPragmas(this));

    /// <summary>Stays on the snapshot store's actor, so that one snapshot at a time waits for the lock, and not a thread for each.</summary>
    public override string BeforeSlash => "substr(persistence_id, 1, instr(persistence_id, '/') - 1)";

    public override DataOptions SnapshotConnection() => Connection(new Pragmas(this));

    public override string TakeJournalLock => "";

    public override Task<string> WhoHoldsItAsync(CancellationToken cancellationToken) =>
        Task.FromResult("another process holds its lock, or the disk stands still. Only nodes of one cluster may write to the file: end what else has it open (fuser, lsof).");

    /// <summary>What is not read is not fetched.</summary>
    public override string JournalPage => """
        SELECT ordering, persistence_id, sequence_number, identifier, manifest, message FROM journal
        WHERE ordering > @after ORDER BY ordering LIMIT @limit
        """;

    public override Task<JournalIdentity> PrepareAsync(SchemaSteps steps, ILogger logger, CancellationToken cancellationToken) =>
        Task.Run(() => _schema.PrepareAsync(steps, logger, cancellationToken), cancellationToken);

    public override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        Task.Run(() => base.ReadAsync(read, cancellationToken), cancellationToken);

    public override string Explain(Exception exception) => exception is SqliteException e ? _schema.Translate(e).Message : exception.Message;

    /// <summary>A connection outside of the pool.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_connectionString) { Pooling = false }.ToString());
        try
        {
            RefuseDeleted();
            connection.Open();
            using var pragmas = connection.Command(_connectionPragmas + OwnPragmas);
            pragmas.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override void ClosePool()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    public override bool IsTaken(Exception exception) => exception is SqliteException { SqliteExtendedErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT_UNIQUE };

    protected override bool RefusesData(DbException exception) => ((SqliteException)exception).SqliteErrorCode
        is SQLitePCL.raw.SQLITE_CONSTRAINT or SQLitePCL.raw.SQLITE_TOOBIG or SQLitePCL.raw.SQLITE_MISMATCH or SQLitePCL.raw.SQLITE_RANGE;

    protected override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            RefuseDeleted();
            await using var pragmas = connection.Command(_connectionPragmas);
            await pragmas.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection that was open before goes on writing to a deleted file without a word, and all of it would be gone with the process.</summary>
    public void RefuseDeleted()
    {
        if (!System.IO.File.Exists(File))
        {
            throw new JournalUnavailableException(
                JournalProblem.Unreachable,
                $"The {Description} is gone: it was deleted or moved while the node runs. Nothing more is written to it. Put it back, or stop the node.");
        }
    }

    private DataOptions Connection(IInterceptor interceptor) => new DataOptions()
        .UseConnectionString(ProviderName, _connectionString)
        .UseInterceptor(interceptor);

    /// <summary>The plugin's connections wait and flush as ours do.</summary>
    private class Pragmas(SqliteDialect dialect) : ConnectionInterceptor
    {
        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
        {
            dialect.RefuseDeleted();
            using var pragmas = connection.Command(dialect._connectionPragmas);
            pragmas.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            ConnectionOpened(eventData, connection);
            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// Leaves the thread before the connection opens. The write journal's queue and its writes are stages of one actor; a write that blocks it
    /// keeps the next appends from collecting behind it, so that each would be a transaction of its own.
    /// </summary>
    private sealed class LeavingPragmas(SqliteDialect dialect) : Pragmas(dialect)
    {
        public override async Task ConnectionOpeningAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken) =>
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }
}
