using System.Globalization;
using ActorEvents.Journal;

namespace ActorEvents.Tests.Journal;

/// <summary>A journal that has lost rows which it had told durable.</summary>
public abstract class RestoreFacts : IDisposable
{
    private readonly string _mark = Path.Combine(Path.GetTempPath(), "actor-events-mark-" + Guid.NewGuid().ToString("N"));

    protected abstract Task<TestJournal> NewAsync();

    public void Dispose()
    {
        File.Delete(_mark);
        GC.SuppressFinalize(this);
    }

    [SkippableFact]
    public async Task One_that_was_restored_while_the_node_was_away_gets_an_epoch_for_what_comes_now()
    {
        await using var place = await NewAsync();
        await WriteAsync(place, 1, 5);
        await using (var same = await OpenAsync(place))
        {
            Assert.Empty(same.Restores);
        }

        await LoseAsync(place, 3);
        await using (var restored = await OpenAsync(place))
        {
            Assert.Equal([2], restored.Restores);
            await EntityJournalFacts.WriteAsync(restored, "e", 3, EntityJournalFacts.Entry("another"));
        }

        await using var later = await OpenAsync(place);
        Assert.Equal([2], later.Restores);
    }

    protected async Task<JournalDatabase> OpenAsync(TestJournal place) =>
        await JournalDatabase.OpenAsync(place.Options with { MarkFile = _mark }, TimeProvider.System, CancellationToken.None);

    protected static Task LoseAsync(TestJournal place, int from) =>
        place.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM journal WHERE ordering >= {from}"));

    private async Task WriteAsync(TestJournal place, int first, int last)
    {
        await using var journal = await OpenAsync(place);
        for (var i = first; i <= last; i++)
        {
            await EntityJournalFacts.WriteAsync(journal, "e", i, EntityJournalFacts.Entry($"{i}"));
        }
    }
}

public sealed class SqliteRestoreTests : RestoreFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());

    /// <summary>The back-up is made with the command that the README names, while the node writes.</summary>
    [Fact]
    public async Task A_back_up_that_is_put_in_the_journals_place_is_noticed()
    {
        await using var place = new SqliteTestJournal();
        var backup = place.File + ".back-up";
        await using (var journal = await OpenAsync(place))
        {
            await EntityJournalFacts.WriteAsync(journal, "e", 1, EntityJournalFacts.Entry("1"));
            await place.ExecuteAsync($"VACUUM INTO '{backup}'");
            await EntityJournalFacts.WriteAsync(journal, "e", 2, EntityJournalFacts.Entry("2"));
        }

        File.Move(backup, place.File, overwrite: true);
        await using var restored = await OpenAsync(place);
        Assert.Equal([1], restored.Restores);
        Assert.Equal(1, await restored.Reader.HighestOrderingAsync(CancellationToken.None));
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresRestoreTests(PostgresFixture postgres) : RestoreFacts
{
    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());

    [SkippableFact]
    public async Task One_that_went_back_while_the_node_runs_takes_nothing_more_from_it()
    {
        await using var place = await NewAsync();
        await using (var journal = await OpenAsync(place))
        {
            for (var i = 1; i <= 5; i++)
            {
                await EntityJournalFacts.WriteAsync(journal, "e", i, EntityJournalFacts.Entry($"{i}"));
            }

            await LoseAsync(place, 3);
            await place.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            var failed = await Assert.ThrowsAnyAsync<Exception>(() => EntityJournalFacts.WriteAsync(journal, "e", 6, EntityJournalFacts.Entry("6")));
            Assert.Contains("has lost row 5", failed.Message, StringComparison.Ordinal);
            Assert.Equal(failed.Message, (await journal.WentBack).Message);
            Assert.Equal(failed.Message, await journal.ProblemAsync(CancellationToken.None));
        }

        await using var again = await OpenAsync(place);
        Assert.Equal([2], again.Restores);
        Assert.Equal(2, await again.Reader.HighestOrderingAsync(CancellationToken.None));
    }
}
