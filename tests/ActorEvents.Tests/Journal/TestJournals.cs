using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorEvents.Tests.Journal;

/// <summary>A place for one journal, on either database.</summary>
public abstract class TestJournal : IAsyncDisposable
{
    public abstract JournalOptions Options { get; }

    public Task<JournalDatabase> OpenAsync() => JournalDatabase.OpenAsync(Options, TimeProvider.System, CancellationToken.None);

    /// <summary>Runs SQL behind the journal's back.</summary>
    public abstract Task ExecuteAsync(string sql);

    public abstract ValueTask DisposeAsync();
}

public sealed class SqliteTestJournal : TestJournal
{
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "actor-events-journal-" + Guid.NewGuid().ToString("N"));

    public string File => Path.Combine(Folder, "journal.db");

    public override JournalOptions Options => new() { SqliteFile = File };

    public override async Task ExecuteAsync(string sql)
    {
        Directory.CreateDirectory(Folder);
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync();
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

    public override async Task ExecuteAsync(string sql)
    {
        await using var database = new NpgsqlConnection(Connection.ToString());
        await database.OpenAsync();
        await using var command = database.Command(sql);
        await command.ExecuteNonQueryAsync();
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
