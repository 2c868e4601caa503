using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal;

/// <summary>A <see cref="PostgresServer"/> that is shared by the tests of one collection; each asks for a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private string? _missing;
    private PostgresServer? _server;

    public int Port => _server?.Port ?? 0;

    public async Task InitializeAsync()
    {
        _missing = PostgresServer.Missing;
        if (_missing is null)
        {
            _server = await PostgresServer.StartAsync("fsync=off", "max_connections=100");
        }
    }

    /// <summary>A connection string to a new, empty database. Skips the test where there is no server; fails it under CI=true.</summary>
    public Task<NpgsqlConnectionStringBuilder> NewDatabaseAsync()
    {
        Require();
        return _server!.NewDatabaseAsync("t" + Guid.NewGuid().ToString("N"));
    }

    public void Require() => Servers.Require(_missing);

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
