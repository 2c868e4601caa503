using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal.Writing;

/// <summary>What a role, a database or an administrator may set behind the node's back, and what one node's session does to the others.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresWritingTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly LeapingTime _time = new();

    [SkippableTheory]
    [InlineData("ALTER TABLE journal ALTER ordering SET CACHE 50", "CACHE 50", "ALTER SEQUENCE journal_ordering_seq CACHE 1")]
    [InlineData("ALTER TABLE journal ALTER ordering SET INCREMENT -1", "INCREMENT -1", "ALTER SEQUENCE journal_ordering_seq INCREMENT 1")]
    [InlineData("ALTER TABLE journal ALTER ordering SET MAXVALUE 60000 SET CYCLE", "ends at 60000", "MAXVALUE 140737488355327 NO CYCLE")]
    [InlineData("SELECT setval('journal_ordering_seq', 140737488355000)", "ends at 140737488355327", "Begin a new journal")]
    [InlineData("INSERT INTO journal (ordering, created, deleted, persistence_id, sequence_number, message) OVERRIDING SYSTEM VALUE VALUES (7, 0, false, 'x', 1, '')", "stands at 0, behind the table, whose highest ordering is 7", "SELECT setval('journal_ordering_seq', 7)")]
    public async Task A_sequence_whose_numbers_would_be_wrong_is_refused_at_the_start_with_the_statement_that_mends_it(string change, string said, string cure)
    {
        await using var place = await NewAsync();
        await place.ExecuteAsync(change);

        var e = await Assert.ThrowsAsync<JournalUnavailableException>(() => place.OpenAsync());
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Contains(cure, e.Message, StringComparison.Ordinal);
        Assert.Equal(JournalProblem.Refused, e.Problem);
    }

    [SkippableFact]
    public async Task A_sequence_that_gets_a_cache_while_the_node_runs_stops_the_writes_until_it_is_mended()
    {
        await using var place = await NewAsync();
        await using var journal = await OpenAsync(place);
        await RaiseAsync(journal, 1);
        await place.ExecuteAsync("ALTER TABLE journal ALTER ordering SET CACHE 50");
        _time.Leap = TimeSpan.FromMinutes(1);

        var raising = RaiseAsync(journal, 2);
        await Poll.UntilAsync(async () => (await journal.ProblemAsync(None))?.Contains("CACHE 1", StringComparison.Ordinal) == true, "the cache is noticed");
        Assert.False(raising.IsCompleted);
        await place.ExecuteAsync("ALTER SEQUENCE journal_ordering_seq CACHE 1");
        await raising;
    }

    /// <summary>The relay had passed 964 of 1,553 rows that came before the next look at the sequence.</summary>
    [SkippableFact]
    public async Task No_row_gets_a_number_of_a_cache_not_even_the_first_one()
    {
        await using var place = await NewAsync();
        await using var journal = await OpenAsync(place);
        await EntityJournalFacts.WriteAsync(journal, "e", 1, EntityJournalFacts.Entry("1"));
        await place.ExecuteAsync("ALTER SEQUENCE journal_ordering_seq CACHE 50");

        var writing = EntityJournalFacts.WriteAsync(journal, "e", 2, EntityJournalFacts.Entry("2"));
        await Poll.UntilAsync(async () => (await journal.ProblemAsync(None))?.Contains("CACHE 1", StringComparison.Ordinal) == true, "the cache is noticed");
        Assert.False(writing.IsCompleted);
        await place.ExecuteAsync("ALTER SEQUENCE journal_ordering_seq CACHE 1");
        await writing;
        await place.ExecuteAsync("DO $$ BEGIN ASSERT (SELECT max(ordering) FROM journal) = 2; END $$");
    }

    [SkippableFact]
    public async Task Numbers_that_are_there_already_are_the_sequences_fault_and_fail_no_entity()
    {
        await using var place = await NewAsync();
        await using var journal = await OpenAsync(place);
        await EntityJournalFacts.WriteAsync(journal, "e", 1, EntityJournalFacts.Entry("1"));
        await place.ExecuteAsync("INSERT INTO journal (ordering, created, deleted, persistence_id, sequence_number, message) OVERRIDING SYSTEM VALUE VALUES (2, 0, false, 'x', 1, ''), (3, 0, false, 'x', 2, '')");

        var writing = EntityJournalFacts.WriteAsync(journal, "e", 2, EntityJournalFacts.Entry("2"));
        await Poll.UntilAsync(async () => (await journal.ProblemAsync(None))?.Contains("behind the table", StringComparison.Ordinal) == true, "the sequence is named");
        Assert.False(writing.IsCompleted);
        await place.ExecuteAsync("SELECT setval('journal_ordering_seq', 3)");
        await writing;
    }

    [SkippableFact]
    public async Task What_a_role_sets_does_not_weaken_a_write_nor_make_it_fail()
    {
        await using var place = await NewAsync();
        var user = "r" + Guid.NewGuid().ToString("N");
        await place.ExecuteAsync($"""
            CREATE ROLE {user} LOGIN SUPERUSER PASSWORD 'pw';
            ALTER ROLE {user} SET synchronous_commit = off;
            ALTER ROLE {user} SET default_transaction_isolation = 'serializable';
            ALTER ROLE {user} SET statement_timeout = '500ms';
            ALTER ROLE {user} SET lock_timeout = '100ms';
            ALTER ROLE {user} SET bytea_output = 'escape';
            ALTER ROLE {user} SET DateStyle = 'SQL, DMY';
            """);
        var dialect = new PostgresDialect(new NpgsqlConnectionStringBuilder(place.Connection.ToString()) { Username = user, Password = "pw" }.ToString());
        using var session = new PostgresWriteSession(dialect, TimeProvider.System);

        var settings = new StatementFact<string[]>(transaction =>
            [.. new[] { "synchronous_commit", "transaction_isolation", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout" }.Select(name =>
            {
                using var command = transaction.Command("SELECT current_setting(@name)", ("@name", name));
                return (string)command.ExecuteScalar()!;
            })]);
        session.Write([settings]);
        settings.Durable();

        Assert.Equal(["on", "read committed", "0", "0", "4s"], await settings.Outcome);
    }

    [SkippableFact]
    public async Task A_foreign_table_of_the_same_name_is_told_with_its_schema_and_the_setting()
    {
        var connection = await postgres.NewDatabaseAsync();
        await using var place = new PostgresTestJournal(connection);
        await place.ExecuteAsync("CREATE TABLE public.journal (id int)");

        var e = await Assert.ThrowsAsync<JournalUnavailableException>(() => place.OpenAsync());
        Assert.Contains("public.journal", e.Message, StringComparison.Ordinal);
        Assert.Contains("Search Path", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_node_that_hangs_in_the_midst_of_a_transaction_keeps_no_other_from_writing()
    {
        await using var place = await NewAsync();
        var dialect = new PostgresDialect(place.Connection.ToString());
        using var hanging = new PostgresWriteSession(dialect, TimeProvider.System);
        using var other = new PostgresWriteSession(dialect, TimeProvider.System);
        using var hangs = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var first = Task.Run(() => hanging.Write(
        [
            new Row("first"),
            new StatementFact<bool>(_ =>
            {
                hangs.Set();
                return goOn.Wait(TimeSpan.FromMinutes(1));
            }),
        ]));
        Assert.True(hangs.Wait(TimeSpan.FromMinutes(1)));

        var second = await Task.Run(() => other.Write([new Row("second")])).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.False(first.IsCompleted);
        goOn.Set();
        Assert.True(await first > second);
        Assert.True(other.IsWritten(new Row("first")));
    }

    private static Task RaiseAsync(JournalDatabase journal, long next) => journal.Positions.RaiseAsync([new("s", next)], None);

    private Task<JournalDatabase> OpenAsync(PostgresTestJournal place) => JournalDatabase.OpenAsync(place.Options, _time, None);

    private async Task<PostgresTestJournal> NewAsync()
    {
        var place = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await (await place.OpenAsync()).DisposeAsync();
        return place;
    }

    private sealed class Row(string id) : RowFact(id, 1, [], "writer")
    {
        public override void Durable()
        {
            // Nobody waits for it.
        }

        public override void Failed(Exception cause) => throw cause;
    }

    /// <summary>The clock of the machine, set forward.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        public TimeSpan Leap { get; set; }

        public override long GetTimestamp() => System.GetTimestamp() + (long)(Leap.TotalSeconds * System.TimestampFrequency);
    }
}
