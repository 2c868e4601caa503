using ActorEvents.Journal;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Benchmarks.Journals;

internal sealed class SqliteDatabases : BenchDatabases
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ae-bench-");

    public override Task<JournalOptions> NewAsync(string name) => Task.FromResult(new JournalOptions { SqliteFile = Path.Combine(_folder.FullName, name + ".db") });

    public override async Task<DatabaseSize> SizeAsync(JournalOptions database)
    {
        await using var connection = new SqliteConnection($"Data Source={database.SqliteFile};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s";
        return new DatabaseSize((long)(await command.ExecuteScalarAsync())!, null);
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
