using ActorEvents.Tests.Kafka;

namespace ActorEvents.Tests.Journal.Faults;

[Collection(FaultServerCollection.Name)]
public sealed class PostgresFaultTests(FaultServer server)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_stopped_and_started_again_loses_and_doubles_no_row(bool immediate)
    {
        await using var place = await server.NewJournalAsync();
        await using var run = await FaultRun.StartAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await run.WritesSomeAsync();
            await server.StopAsync(immediate);
            try
            {
                await run.IsNamedAsync("No answer from the PostgreSQL database");
            }
            finally
            {
                await server.StartAgainAsync();
            }

            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    /// <summary>Slow, so that it comes while something is under way.</summary>
    [SkippableTheory]
    [InlineData("pg_terminate_backend")]
    [InlineData("pg_cancel_backend")]
    public async Task A_session_that_an_administrator_ends_or_interrupts_loses_and_doubles_no_row(string function)
    {
        await using var place = await server.NewJournalAsync();
        await using var run = await FaultRun.StartAsync(place);
        await run.WritesAsync();
        await SlowCommits.MakeAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await run.WritesSomeAsync(FaultRun.Entities);
            await place.ExecuteAsync($"SELECT {function}(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    [SkippableFact]
    public async Task A_slow_database_is_no_problem_and_loses_and_doubles_no_row()
    {
        await using var place = await server.NewJournalAsync();
        await using var run = await FaultRun.StartAsync(place);
        await run.WritesAsync();
        await SlowCommits.MakeAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            var writing = run.WritesAsync();
            await Poll.UntilAsync(async () =>
            {
                Assert.Null(await run.ProblemAsync());
                return writing.IsCompleted;
            });
            await writing;
        }

        await run.EndAsync();
    }
}
