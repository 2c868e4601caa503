using ActorEvents.Tests.Journal;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>The same on a PostgreSQL server.</summary>
[Collection("shop")]
public sealed class On_PostgreSQL(PostgresFixture postgres) : NodeScenario, IClassFixture<PostgresFixture>
{
    [SkippableFact]
    public async Task A_plain_run_counts_once()
    {
        var node = Node(["--exit-when-done", .. await StoreAsync()]);

        ExpectedTotals.Check(await node.TotalsAsync());
        Assert.Equal(0, await node.ExitAsync());
    }

    [SkippableFact]
    public async Task Three_nodes_of_which_one_is_killed_count_once() =>
        await KillOneAndCheckAsync(await ClusterAsync(await BrokerAsync(), await StoreAsync()));

    private async Task<string[]> StoreAsync() => ["--journal.provider", "postgresql", "--journal.connection-string", (await postgres.NewDatabaseAsync()).ToString()];
}
