using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Journal.Stores;

/// <summary>What both databases must do.</summary>
public abstract class StoreFacts
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected abstract Task<TestJournal> NewAsync();

    /// <summary>SQL of a value of 1 MiB.</summary>
    protected abstract string OneMiB { get; }

    [SkippableFact]
    public async Task A_page_ends_behind_the_row_that_comes_to_sixteen_MiB()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await place.ExecuteAsync($"""
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT 0, false, 'p', i, {OneMiB} FROM n
            """);
        var sequence = new List<long>();
        var pages = new List<int>();
        while (pages is not [.., 0])
        {
            var page = await journal.Reader.ReadAsync(sequence.Count, 2_000, None);
            pages.Add(page.Count);
            sequence.AddRange(page.Select(r => r.SequenceNumber));
        }

        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), sequence);
        Assert.Equal([16, 16, 8, 0], pages);
    }

    [SkippableFact]
    public async Task What_was_rejected_is_listed_in_commit_order_from_a_place_on()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        for (var i = 1; i <= 5; i++)
        {
            StoredRejection[] rejections = i % 2 == 0 ? [new("s/id/0", i, $"e{i}", "sold out")] : [];
            await EntityJournalFacts.WriteAsync(journal, "cart/k", i, new JournalEntry { StateEvents = [], Rejections = rejections, Decided = 1 });
        }

        var rows = new List<JournalRow>();
        await foreach (var row in journal.RejectionsAsync())
        {
            rows.Add(row);
        }

        Assert.Equal([new("s/id/0", 2, "e2", "sold out"), new("s/id/0", 4, "e4", "sold out")], rows.SelectMany(r => r.Rejections));
        Assert.All(rows, r => Assert.Equal("cart/k", r.PersistenceId));
        await foreach (var row in journal.RejectionsAsync(after: rows[0].Ordering))
        {
            Assert.Equal(rows[1].Ordering, row.Ordering);
        }
    }

    [SkippableFact]
    public async Task A_new_journal_has_an_id_that_stays()
    {
        await using var place = await NewAsync();
        string id;
        await using (var first = await place.OpenAsync())
        {
            Assert.True(first.IsNew);
            id = first.JournalId;
        }

        await using var second = await place.OpenAsync();
        Assert.False(second.IsNew);
        Assert.Equal(id, second.JournalId);
    }

    [SkippableFact]
    public async Task Nodes_that_start_together_find_one_journal()
    {
        await using var place = await NewAsync();
        var journals = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(place.OpenAsync)));
        Assert.Single(journals.Select(j => j.JournalId).Distinct(StringComparer.Ordinal));
        Assert.Single(journals, j => j.IsNew);
        foreach (var journal in journals)
        {
            await journal.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task A_position_is_raised_and_never_lowered()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var positions = journal.Positions;
        Assert.Null(await positions.ReadAsync("a/1", None));

        await positions.RaiseAsync([new("a/1", 5, 50), new("a/2", 7)], None);
        await positions.RaiseAsync([new("a/1", 4, 40), new("a/2", 8, 1)], None);
        await positions.RaiseAsync([new("a/1", 5, 51)], None);

        Assert.Equal(new CommittedPosition("a/1", 5, 50), await positions.ReadAsync("a/1", None));
        Assert.Equal(new CommittedPosition("a/2", 8, 1), await positions.ReadAsync("a/2", None));
    }

    [SkippableFact]
    public async Task Positions_are_listed_by_a_prefix_taken_as_it_stands()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await journal.Positions.RaiseAsync([new("a_/1", 1), new("ab/1", 2), new("A_/1", 3), new("a_/2", 4)], None);
        var found = await journal.Positions.ListAsync("a_/", None);
        Assert.Equal(["a_/1", "a_/2"], found.Select(p => p.Stream));
    }

    [SkippableFact]
    public async Task Nodes_that_raise_the_same_streams_at_once_all_succeed_and_the_highest_stays()
    {
        await using var place = await NewAsync();
        await using var a = await place.OpenAsync();
        await using var b = await place.OpenAsync();
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => (i % 2 == 0 ? a : b).Positions.RaiseAsync(
            i % 3 == 0 ? [new("x", i), new("y", i)] : [new("y", i), new("x", i)], None)));
        Assert.Equal(40, (await a.Positions.ReadAsync("x", None))!.Value.Next);
        Assert.Equal(40, (await a.Positions.ReadAsync("y", None))!.Value.Next);
    }

    [SkippableFact]
    public async Task A_dead_letter_is_stored_once_per_stream_position_and_handler()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var letter = new DeadLetter(
            new EventPosition(new StreamId("s", "s"), 3), "no \0 key \ud800", key: null, value: [1, 0, 255], [new("h", [9]), new("n", null)]);
        await journal.DeadLetters.StoreAsync([letter, letter], None);
        await journal.DeadLetters.StoreAsync([letter, letter with { Handler = "Order/\0" }], None);
        Assert.Equal(2, await journal.DeadLetters.CountAsync(None));
        Assert.Equal((2, 0), (await journal.DeadLetters.CountAsync("s", None), await journal.DeadLetters.CountAsync("another", None)));
    }

    [SkippableFact]
    public async Task Dead_letters_are_read_as_they_were_stored_in_their_order_by_stream_and_handler_and_in_groups()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        DeadLetter Letter(string stream, long position, string reason, string? handler = null) => new(
            new EventPosition(new StreamId(stream, stream), position), reason, key: [7], value: null, [new("h", [9]), new("n", null)])
        { Handler = handler };
        await journal.DeadLetters.StoreAsync([Letter("a%b/1", 1, "large"), Letter("axb/1", 1, "large"), Letter("a%b/1", 2, "large", "order"), Letter("a%b/1", 3, "small")], None);

        var all = await journal.Refused.ListAsync(0, "", null, 10, None);
        Assert.Equal([("a%b/1", 1L), ("axb/1", 1), ("a%b/1", 2), ("a%b/1", 3)], all.Select(d => (d.Stream, d.Position)));
        Assert.Equal([7], all[0].Key!);
        Assert.Null(all[0].Value);
        Assert.Equal(["h", "n"], all[0].Headers.Select(h => h.Key));
        Assert.Equal([9], all[0].Headers[0].Value!);
        Assert.Null(all[0].Headers[1].Value);
        Assert.Equal([1L, 2, 3], (await journal.Refused.ListAsync(0, "a%b", null, 10, None)).Select(d => d.Position));
        Assert.Equal([2L], (await journal.Refused.ListAsync(0, "", "order", 10, None)).Select(d => d.Position));
        Assert.Equal([all[2].Id], (await journal.Refused.ListAsync(all[1].Id, "", null, 1, None)).Select(d => d.Id));
        Assert.Equal("small", (await journal.Refused.FindAsync(all[3].Id, None))?.Reason);
        Assert.Null(await journal.Refused.FindAsync(all[3].Id + 1, None));
        Assert.Equal(
            [("a%b/1", "", "large", 1L), ("a%b/1", "", "small", 1), ("a%b/1", "order", "large", 1), ("axb/1", "", "large", 1)],
            (await journal.Refused.GroupsAsync(10, None)).Select(g => (g.Stream, g.Handler, g.Reason, g.Count)));
    }

    [SkippableFact]
    public async Task Rows_of_one_entity_are_read_in_their_order_from_a_number_on()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        for (var i = 1; i <= 3; i++)
        {
            await EntityJournalFacts.WriteAsync(journal, "cart/k", i, new JournalEntry { StateEvents = [], Decided = i });
            await EntityJournalFacts.WriteAsync(journal, "cart/kk", i, new JournalEntry { StateEvents = [], Decided = 1 });
        }

        var rows = await journal.History.OfEntityAsync("cart/k", 1, 10, None);

        Assert.Equal([("cart/k", 2L, 2), ("cart/k", 3, 3)], rows.Select(r => (r.PersistenceId, r.SequenceNumber, r.Entry!.Decided)));
        Assert.Equal([1L], (await journal.History.OfEntityAsync("cart/k", 0, 1, None)).Select(r => r.SequenceNumber));
    }

    [SkippableFact]
    public async Task A_relay_whose_lease_was_taken_stores_nothing_more()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var relay = journal.Relay;
        var first = await relay.TakeLeaseAsync(None);
        Assert.True(await relay.StorePlacesAsync(first, [new("orders", "t1", 10)], None));
        Assert.Equal(10, await relay.ReadPlaceAsync("orders", "t1", None));

        var second = await relay.TakeLeaseAsync(None);
        Assert.True(second > first);
        Assert.False(await relay.StorePlacesAsync(first, [new("orders", "t1", 99)], None));
        Assert.Equal(10, await relay.ReadPlaceAsync("orders", "t1", None));

        Assert.True(await relay.StorePlacesAsync(second, [new("orders", "t1", 11), new("orders", "t2", 1)], None));
        Assert.Equal(0, await relay.ReadPlaceAsync("orders", "t3", None));
        Assert.Equal([new RelayPlace("orders", "t1", 11), new RelayPlace("orders", "t2", 1)], await relay.ListAsync(None));
    }

    [SkippableFact]
    public async Task Leases_taken_at_once_are_all_different()
    {
        await using var place = await NewAsync();
        await using var a = await place.OpenAsync();
        await using var b = await place.OpenAsync();
        var epochs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? a : b).Relay.TakeLeaseAsync(None)));
        Assert.Equal(20, epochs.Distinct().Count());
    }

    [SkippableFact]
    public async Task A_journal_table_without_its_unique_index_is_refused_by_name()
    {
        await using var place = await NewAsync();
        await place.ExecuteAsync("""
            CREATE TABLE journal (ordering INTEGER, created INTEGER, deleted INTEGER, persistence_id TEXT, sequence_number INTEGER,
                message TEXT, manifest TEXT, identifier INTEGER, writer_uuid TEXT);
            CREATE UNIQUE INDEX half ON journal (persistence_id);
            CREATE INDEX not_unique ON journal (persistence_id, sequence_number);
            CREATE UNIQUE INDEX partial ON journal (persistence_id, sequence_number) WHERE ordering > 5;
            """);
        await RefusesAsync(place, JournalProblem.Refused, "'journal'", "(persistence_id, sequence_number)");

        await place.ExecuteAsync("CREATE UNIQUE INDEX any_name ON journal (sequence_number, persistence_id)");
        await using (var journal = await place.OpenAsync())
        {
            Assert.True(journal.IsNew);
        }

        // Also when it is lost later.
        await place.ExecuteAsync("DROP INDEX any_name");
        await Assert.ThrowsAsync<JournalUnavailableException>(place.OpenAsync);
    }

    [SkippableFact]
    public async Task A_journal_table_of_another_mapping_is_refused()
    {
        await using var place = await NewAsync();
        await place.ExecuteAsync("CREATE TABLE journal (ordering INTEGER, persistence_id TEXT, sequence_number INTEGER)");
        await RefusesAsync(place, JournalProblem.Refused, "journal' of the");
    }

    [SkippableFact]
    public async Task A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using var place = await NewAsync();
        await place.ExecuteAsync("CREATE TABLE ae_meta (name TEXT PRIMARY KEY, value TEXT); INSERT INTO ae_meta VALUES ('schema-version', '99')");
        await RefusesAsync(place, JournalProblem.Newer, "'99'");
        await place.ExecuteAsync("CREATE TABLE journal (was_not_made INTEGER)");
    }

    private static async Task RefusesAsync(TestJournal place, JournalProblem problem, params string[] says)
    {
        var e = await Assert.ThrowsAsync<JournalUnavailableException>(place.OpenAsync);
        Assert.Equal(problem, e.Problem);
        Assert.All(says, s => Assert.Contains(s, e.Message, StringComparison.Ordinal));
    }
}

public sealed class SqliteStoreTests : StoreFacts
{
    protected override string OneMiB => "zeroblob(1048576)";

    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresStoreTests(PostgresFixture postgres) : StoreFacts
{
    protected override string OneMiB => "convert_to(repeat('x', 1048576), 'UTF8')";

    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());
}
