using ActorEvents.Journal;
using ActorEvents.Tests.Journal;
using Npgsql;

namespace ActorEvents.Benchmarks.Journals;

internal sealed class PostgresDatabases : BenchDatabases
{
    private readonly PostgresServer _server;

    private PostgresDatabases(PostgresServer server) => _server = server;

    public static async Task<PostgresDatabases> StartAsync() => new(await PostgresServer.StartAsync());

    public override async Task<JournalOptions> NewAsync(string name) =>
        new() { Provider = JournalProvider.Postgresql, ConnectionString = (await _server.NewDatabaseAsync(name)).ToString() };

    public override async Task<DatabaseSize> SizeAsync(JournalOptions database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_total_relation_size('journal'), pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new DatabaseSize(reader.GetInt64(0), reader.GetInt64(1));
    }

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
