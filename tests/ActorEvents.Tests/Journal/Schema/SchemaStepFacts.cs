using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using ActorEvents.Tests.Relay;
using Npgsql;

namespace ActorEvents.Tests.Journal.Schema;

/// <summary>How the tables of an older version become those of a newer one, on both databases, with steps of the test's own.</summary>
public abstract class SchemaStepFacts
{
    private static readonly SchemaStep Two = Step(2, "adds ran", "CREATE TABLE ran (step INTEGER NOT NULL); INSERT INTO ran VALUES (2)");
    private static readonly SchemaStep Three = Step(3, "adds ran.note", "ALTER TABLE ran ADD COLUMN note TEXT; INSERT INTO ran VALUES (3, 'n')");
    private readonly LogLines _log = new();

    protected abstract Task<TestJournal> NewAsync();

    [SkippableFact]
    public async Task Missing_steps_run_in_order_once_and_each_is_said()
    {
        await using var place = await NewAsync();
        var id = await OpenAsync(place, new());
        Assert.Equal(id, await OpenAsync(place, new(Two)));
        Assert.Equal(id, await OpenAsync(place, new(Two, Three)));
        Assert.Equal(id, await OpenAsync(place, new(Two, Three)));

        Assert.Equal("3", await VersionAsync(place));
        Assert.Equal("2,3", await place.ScalarAsync("SELECT group_concat(step, ',') FROM (SELECT step FROM ran ORDER BY step) r", "SELECT string_agg(step::text, ',' ORDER BY step) FROM ran"));
        Assert.Equal(["version 2: adds ran", "version 3: adds ran.note"], _log.All.Select(l => l.Text[l.Text.IndexOf("version", StringComparison.Ordinal)..]));
    }

    [SkippableFact]
    public async Task A_new_journal_takes_all_steps()
    {
        await using var place = await NewAsync();
        await OpenAsync(place, new(Two, Three));
        Assert.Equal("3", await VersionAsync(place));
        await place.ExecuteAsync("INSERT INTO ran VALUES (4, 'x')");
    }

    [SkippableFact]
    public async Task A_step_that_fails_is_named_and_leaves_version_and_tables_as_they_were()
    {
        await using var place = await NewAsync();
        var id = await OpenAsync(place, new());
        var broken = Step(3, "adds half", "CREATE TABLE half (a INTEGER); INSERT INTO nowhere VALUES (1)");
        var e = await Assert.ThrowsAsync<JournalUnavailableException>(() => place.OpenAsync(new SchemaSteps(Two, broken), _log));
        Assert.Contains("schema version 2; this version of ActorEvents needs 3. Step 3 (adds half) failed and changed nothing", e.Message, StringComparison.Ordinal);
        Assert.Equal("2", await VersionAsync(place));

        await place.ExecuteAsync("CREATE TABLE half (was_not_made INTEGER)");
        Assert.Equal(id, await OpenAsync(place, new(Two, Three)));
        Assert.Equal("3", await VersionAsync(place));
    }

    [SkippableFact]
    public async Task Nodes_that_start_together_run_a_step_once()
    {
        await using var place = await NewAsync();
        await OpenAsync(place, new());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => OpenAsync(place, new(Two, Three)))));
        Assert.Equal("2", await place.ScalarAsync("SELECT count(*) FROM ran"));
        Assert.Equal(2, _log.All.Count);
    }

    [SkippableFact]
    public async Task A_node_that_does_not_know_the_last_step_refuses_the_journal_and_says_what_it_knows()
    {
        await using var place = await NewAsync();
        await OpenAsync(place, new(Two, Three));
        var e = await Assert.ThrowsAsync<JournalUnavailableException>(() => place.OpenAsync(new SchemaSteps(Two), _log));
        Assert.Equal(JournalProblem.Newer, e.Problem);
        Assert.Contains("schema version '3'; this version of ActorEvents knows 2. Run the newer version", e.Message, StringComparison.Ordinal);
        Assert.Equal("3", await VersionAsync(place));
    }

    private protected static SchemaStep Step(int version, string what, string sql) => new(version, what, sql, sql);

    private async Task<string> OpenAsync(TestJournal place, SchemaSteps steps)
    {
        await using var journal = await place.OpenAsync(steps, _log);
        return journal.JournalId;
    }

    private static Task<string?> VersionAsync(TestJournal place) => place.ScalarAsync("SELECT value FROM ae_meta WHERE name = 'schema-version'");
}

public sealed class SqliteSchemaStepTests : SchemaStepFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());

    [Fact]
    public void Steps_are_numbered_without_a_gap_from_two_on()
    {
        Assert.Throws<ArgumentException>(() => new SchemaSteps(Step(3, "three", "")));
        Assert.Throws<ArgumentException>(() => new SchemaSteps(Step(2, "two", ""), Step(2, "two again", "")));
        var steps = new SchemaSteps(Step(2, "two", ""), Step(3, "three", ""));
        Assert.Equal((3, 2, 3, null), (steps.Version, steps.After(1)?.Version, steps.After(2)?.Version, steps.After(3)));
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaStepTests(PostgresFixture postgres) : SchemaStepFacts
{
    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());

    [SkippableFact]
    public async Task A_user_who_may_not_run_a_step_is_told_which_and_what_to_run()
    {
        await using var owner = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await (await owner.OpenAsync(new SchemaSteps(), new LogLines())).DisposeAsync();
        var user = "u" + Guid.NewGuid().ToString("N");
        await owner.ExecuteAsync($"""
            CREATE ROLE {user} LOGIN PASSWORD 'pw';
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user};
            """);
        await using var place = new PostgresTestJournal(new NpgsqlConnectionStringBuilder(owner.Connection.ToString()) { Username = user, Password = "pw" });
        var steps = new SchemaSteps(Step(2, "adds ae_positions.note", "ALTER TABLE ae_positions ADD COLUMN note TEXT"));
        var e = await Assert.ThrowsAsync<JournalUnavailableException>(() => place.OpenAsync(steps, new LogLines()));
        Assert.Equal(JournalProblem.Denied, e.Problem);
        Assert.Contains("schema version 1; this version of ActorEvents needs 2. Step 2 (adds ae_positions.note)", e.Message, StringComparison.Ordinal);
        Assert.Contains("must be owner of table ae_positions", e.Message, StringComparison.Ordinal);

        // What it says is what helps.
        const string Told = "BEGIN; ALTER TABLE ae_positions ADD COLUMN note TEXT; UPDATE ae_meta SET value = '2' WHERE name = 'schema-version'; COMMIT;";
        Assert.Contains(Told, e.Message, StringComparison.Ordinal);
        await owner.ExecuteAsync(Told);
        await (await place.OpenAsync(steps, new LogLines())).DisposeAsync();
    }
}
