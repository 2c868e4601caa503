using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>A PostgreSQL server of their own for the tests that stop it.</summary>
public sealed class FaultServer : IAsyncLifetime
{
    private PostgresServer? _server;

    public async Task InitializeAsync()
    {
        if (PostgresServer.Missing is null)
        {
            _server = await PostgresServer.StartAsync("fsync=off", "max_connections=100");
        }
    }

    public async Task<PostgresTestJournal> NewJournalAsync()
    {
        Servers.Require(PostgresServer.Missing);
        return new PostgresTestJournal(await _server!.NewDatabaseAsync("f" + Guid.NewGuid().ToString("N")));
    }

    public Task StopAsync(bool immediate) => _server!.StopAsync(immediate);

    public Task StartAgainAsync() => _server!.StartAgainAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class FaultServerCollection : ICollectionFixture<FaultServer>
{
    public const string Name = "Faults on PostgreSQL";
}
