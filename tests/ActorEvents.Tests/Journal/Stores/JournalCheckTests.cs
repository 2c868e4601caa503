using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Kafka;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ActorEvents.Tests.Journal.Stores;

/// <summary>A journal that can be read and takes no writes.</summary>
[Collection(PostgresCollection.Name)]
public sealed class JournalCheckTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_file_whose_lock_another_process_keeps_is_a_problem_until_it_is_let_go()
    {
        await using var place = new SqliteTestJournal();
        await using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = place.File, Pooling = false }.ToString());
        await HeldAsync(place, new SqliteDialect(place.File), other, "BEGIN IMMEDIATE", "ROLLBACK", place.File, "another process holds its lock");
    }

    [SkippableTheory]
    [InlineData("SELECT pg_advisory_lock((1095058000::bigint << 32) | 'journal'::regclass::oid::bigint)", "SELECT pg_advisory_unlock_all()")]
    [InlineData("BEGIN; LOCK TABLE ae_meta IN SHARE MODE", "ROLLBACK")]
    public async Task A_database_in_which_another_session_keeps_a_lock_that_the_journal_waits_for_is_a_problem_until_it_is_let_go(string hold, string letGo)
    {
        await using var place = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await using var other = new NpgsqlConnection(place.Connection.ToString());
        other.Open();
        var pid = other.ProcessID;
        other.Close();
        await HeldAsync(place, new PostgresDialect(place.Connection.ToString()), other, hold, letGo, place.Connection.Database!, $"session {pid} ");
    }

    [Fact]
    public async Task A_file_that_was_deleted_is_a_problem_at_once()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        Assert.Null(await journal.ProblemAsync(None));
        File.Delete(place.File);

        await Poll.UntilAsync(async () => (await journal.ProblemAsync(None))?.Contains("was deleted or moved", StringComparison.Ordinal) == true, "the deletion is seen");
    }

    [Fact]
    public void A_full_disk_is_named_by_the_folder_that_is_on_it()
    {
        var file = Path.Combine(Path.GetTempPath(), "somewhere", "journal.db");

        var problem = new SqliteSchema(new SqliteDialect(file)).Translate(new SqliteException("SQLite Error 13: 'database or disk is full'.", 13));

        Assert.Equal($"The SQLite file '{file}' cannot grow: the disk of '{Path.GetDirectoryName(file)}' is full. Free space there.", problem.Message);
    }

    private static async Task HeldAsync(
        TestJournal place, Dialect dialect, System.Data.Common.DbConnection other, string hold, string letGo, string named, string cure)
    {
        await using var journal = await place.OpenAsync();
        using var writer = new JournalWriter(dialect, TimeProvider.System, NullLogger.Instance);
        var check = new JournalCheck(dialect, writer, TimeProvider.System, answer: TimeSpan.FromMilliseconds(100), patience: TimeSpan.FromSeconds(3));
        await Poll.UntilAsync(async () => await check.ProblemAsync(None) is null, "a first write");
        await other.OpenAsync();
        await ExecuteAsync(hold);

        await Poll.UntilAsync(async () => await check.ProblemAsync(None) is not null, "the lock is a problem");
        var problem = await check.ProblemAsync(None);
        Assert.Contains(named, problem, StringComparison.Ordinal);
        Assert.Contains(cure, problem, StringComparison.Ordinal);

        await ExecuteAsync(letGo);
        await Poll.UntilAsync(async () => await check.ProblemAsync(None) is null, "it is none any more");
        dialect.ClosePool();

        async Task ExecuteAsync(string sql)
        {
            await using var command = other.Command(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
