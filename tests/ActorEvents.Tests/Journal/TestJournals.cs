using System.Data.Common;
using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorEvents.Tests.Journal;

/// <summary>A place for one journal, on either database.</summary>
public abstract class TestJournal : IAsyncDisposable
{
    public abstract JournalOptions Options { get; }

    internal Task<JournalDatabase> OpenAsync(SchemaSteps steps, ILogger logger) =>
        JournalDatabase.OpenAsync(Options, TimeProvider.System, steps, logger, CancellationToken.None);

    public Task<JournalDatabase> OpenAsync() => JournalDatabase.OpenAsync(Options, TimeProvider.System, CancellationToken.None);

    /// <summary>Runs SQL behind the journal's back.</summary>
    public Task ExecuteAsync(string sql) => ScalarAsync(sql);

    /// <summary>The first value that SQL finds, as text.</summary>
    /// <param name="postgres">Where PostgreSQL says it in another way.</param>
    public async Task<string?> ScalarAsync(string sql, string? postgres = null)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.Command(this is PostgresTestJournal ? postgres ?? sql : sql);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task<DbConnection> ConnectAsync();
}

/// <param name="folder">Null: a new one in the system's folder for them. It goes away with this.</param>
public sealed class SqliteTestJournal(string? folder = null) : TestJournal
{
    public string Folder { get; } = folder ?? Path.Combine(Path.GetTempPath(), "actor-events-journal-" + Guid.NewGuid().ToString("N"));

    public string File => Path.Combine(Folder, "journal.db");

    public override JournalOptions Options => new() { SqliteFile = File };

    protected override async Task<DbConnection> ConnectAsync()
    {
        Directory.CreateDirectory(Folder);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        await connection.OpenAsync();
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }
}

public sealed class PostgresTestJournal(NpgsqlConnectionStringBuilder connection) : TestJournal
{
    public NpgsqlConnectionStringBuilder Connection { get; } = connection;

    public override JournalOptions Options => new() { Provider = JournalProvider.Postgresql, ConnectionString = Connection.ToString() };

    protected override async Task<DbConnection> ConnectAsync()
    {
        // What the test itself asks may wait for processors that other tests have.
        var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection.ToString()) { Timeout = 120 }.ToString());
        await opened.OpenAsync();
        return opened;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
