using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>The network between the node and PostgreSQL.</summary>
[Collection(FaultServerCollection.Name)]
public sealed class ConnectionFaultTests(FaultServer server)
{
    [SkippableTheory]
    [InlineData(true, 20_000)]
    [InlineData(false, 500)]
    public async Task A_connection_that_is_cut_at_any_byte_loses_and_doubles_no_row(bool toServer, int most)
    {
        await using var place = await server.NewJournalAsync();
        await using var forwarder = new CuttingForwarder(place.Connection.Port);
        await using var run = await FaultRun.StartAsync(Through(place, forwarder));
        for (var i = 1; i <= FaultRun.Times; i++)
        {
            await run.WritesAsync();
            forwarder.CutAfter(Random.Shared.Next(1, most), toServer);
            await Poll.UntilAsync(() => forwarder.Cuts == i);
        }

        await run.EndAsync();
    }

    [SkippableFact]
    public async Task A_commit_whose_answer_is_lost_is_found_to_have_happened()
    {
        await using var place = await server.NewJournalAsync();
        await using var forwarder = new CuttingForwarder(place.Connection.Port);
        await using var run = await FaultRun.StartAsync(Through(place, forwarder));
        for (var i = 1; i <= FaultRun.Times; i++)
        {
            await run.WritesSomeAsync();
            forwarder.LoseNextCommit();
            await Poll.UntilAsync(() => forwarder.Cuts == i);
            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    /// <summary>The server does not notice the cut, and commits after the writer has looked and not found its rows: they were refused as another's.</summary>
    [SkippableFact]
    public async Task A_commit_that_is_still_under_way_when_it_is_looked_for_fails_no_row()
    {
        await using var place = await server.NewJournalAsync();
        await using var forwarder = new CuttingForwarder(place.Connection.Port);
        await using var run = await FaultRun.StartAsync(Through(place, forwarder));
        await run.WritesAsync();
        await SlowCommits.MakeAsync(place);
        for (var i = 1; i <= FaultRun.Times; i++)
        {
            await run.WritesSomeAsync(FaultRun.Entities);
            forwarder.CutAll();
            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    private static PostgresTestJournal Through(PostgresTestJournal place, CuttingForwarder forwarder) =>
        new(new NpgsqlConnectionStringBuilder(place.Connection.ToString()) { Port = forwarder.Port });
}
