using ActorEvents.Tests.Journal;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>The same on a PostgreSQL server; three nodes of which one is killed are <see cref="Three_nodes_under_faults"/>.</summary>
[Collection("shop")]
public sealed class On_PostgreSQL(PostgresFixture postgres) : NodeScenario, IClassFixture<PostgresFixture>
{
    [SkippableFact]
    public async Task A_plain_run_counts_once()
    {
        var node = Node("--exit-when-done", "--journal.provider", "postgresql", "--journal.connection-string", (await postgres.NewDatabaseAsync()).ToString());

        ExpectedTotals.Check(await node.TotalsAsync());
        Assert.Equal(0, await node.ExitAsync());
    }
}
