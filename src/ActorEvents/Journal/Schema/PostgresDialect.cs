using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using LinqToDB;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorEvents.Journal.Schema;

/// <summary>A PostgreSQL database; tables are those of the connection's search path.</summary>
internal sealed class PostgresDialect : Dialect
{
    private readonly string _connectionString;
    private readonly PostgresSchema _schema;

    /// <exception cref="JournalUnavailableException">The text is not a connection string, or names no host.</exception>
    public PostgresDialect(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException)
        {
            // Not what Npgsql says, either: it names the keyword that it does not know, which is part of the password where that holds a ';'.
            throw new JournalUnavailableException(
                JournalProblem.Setting,
                $"{SettingNames.ConnectionString} is not a connection string of Npgsql: a keyword or a value in it is none that it takes. Its form: Host=…;Port=5432;Database=…;Username=…;Password=… (a value with ';' or '=' stands in quotes)");
        }

        if (string.IsNullOrWhiteSpace(builder.Host))
        {
            throw new JournalUnavailableException(
                JournalProblem.Setting, $"{SettingNames.ConnectionString} names no Host. Its form: Host=…;Port=5432;Database=…;Username=…;Password=…");
        }

        builder.ApplicationName ??= "ActorEvents";
        _connectionString = builder.ToString();
        Description = string.Create(
            CultureInfo.InvariantCulture,
            $"PostgreSQL database '{builder.Database ?? builder.Username}' at {builder.Host}:{builder.Port} (user '{builder.Username}')");
        _schema = new PostgresSchema(this);
    }

    public override string Description { get; }

    public override string SystemName => "postgresql";

    public override string ProviderName => LinqToDB.ProviderName.PostgreSQL15;

    public override string Blob => "BYTEA";

    public override string ForUpdate => " FOR UPDATE";

    public override string TakeJournalLock => PostgresSchema.TakeJournalLock;

    public override Task<string> WhoHoldsItAsync(CancellationToken cancellationToken) => ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(PostgresSchema.LockHolder);
            var holders = await command.RowsAsync(r => r.GetString(0), token);
            return holders.Count == 0
                ? "it answers questions, and none of its sessions waits for another. Its disk or a synchronous standby may hang; pg_stat_activity says what its sessions wait for."
                : $"session {holders[0]} holds a lock that it waits for. If it is one of a node, that node hangs; else end it with pg_terminate_backend.";
        },
        cancellationToken);

    /// <summary>Sums up the sizes, which the server knows without reading the values: a reader that stops is sent the rest all the same.</summary>
    public override string JournalPage => """
        SELECT ordering, persistence_id, sequence_number, identifier, manifest, message
        FROM (SELECT journal.*, sum(octet_length(message)) OVER (ORDER BY ordering) - octet_length(message) AS before
              FROM journal WHERE ordering > @after ORDER BY ordering LIMIT @limit) page
        WHERE before < @bytes ORDER BY ordering
        """;

    public override string BeforeSlash => "split_part(persistence_id, '/', 1)";

    public override DataOptions SnapshotConnection() => JournalConnection();

    public override DataOptions JournalConnection() => new DataOptions().UseConnectionString(ProviderName, _connectionString);

    public override Task<JournalIdentity> PrepareAsync(SchemaSteps steps, ILogger logger, CancellationToken cancellationToken) => _schema.PrepareAsync(steps, logger, cancellationToken);

    public override void ClosePool()
    {
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
    }

    public override string Explain(Exception exception) => exception switch
    {
        JournalUnavailableException e => e.Message,
        NpgsqlException e => _schema.Translate(e).Message,
        SocketException or TimeoutException => _schema.Unreachable(exception).Message,
        _ => exception.Message,
    };

    /// <summary>A connection outside of the pool, whose commands have no time limit: one that is given up has an outcome that nobody knows.</summary>
    /// <param name="settings">A statement that sets what this session needs.</param>
    public NpgsqlConnection Connect(string settings = "")
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, CommandTimeout = 0, TcpKeepAlive = true, TcpKeepAliveTime = 10, TcpKeepAliveInterval = 5 }.ToString());
        try
        {
            connection.Open();
            if (settings.Length > 0)
            {
                using var command = connection.Command(settings);
                command.ExecuteNonQuery();
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override bool IsTaken(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "journal" };

    /// <summary>Classes 22 (data), 23 (integrity), 54 (program limit), but for what is the sequence's fault and not the row's; or Npgsql cannot send it, as a text that is no Unicode.</summary>
    protected override bool RefusesData(DbException exception) => exception switch
    {
        PostgresException { SqlState: PostgresOrdering.SequenceEnded } => false,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "journal", ConstraintName: "PK_journal" or "journal_pkey" } => false,
        PostgresException { SqlState: var state } => state[..2] is "22" or "23" or "54",
        _ => exception.InnerException is ArgumentException,
    };

    public JournalUnavailableException WrongOrdering(string problem) => _schema.WrongOrdering(problem);

    protected override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => await ConnectAsync(cancellationToken);
}
