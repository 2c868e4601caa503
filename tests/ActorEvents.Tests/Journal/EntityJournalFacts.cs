using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Journal.Entries;
using ActorEvents.Tests.Journal.Plugin;
using Akka.Actor;

namespace ActorEvents.Tests.Journal;

/// <summary>What entities store, on either database; read by Akka.Persistence.Sql, and the other way round.</summary>
public abstract class EntityJournalFacts
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    protected abstract Task<TestJournal> NewAsync();

    [SkippableFact]
    public async Task What_was_never_written_is_recovered_as_nothing()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();

        var (snapshot, entries, last) = await RecoverAsync(journal, "nobody");
        Assert.Null(snapshot);
        Assert.Empty(entries);
        Assert.Equal(0, last);
    }

    [SkippableFact]
    public async Task Rows_come_back_whole_and_in_their_order()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await WriteAsync(journal, "e", 1, Samples.Entry);
        await WriteAsync(journal, "e", 2, Samples.LeastEntry);
        await WriteAsync(journal, "other", 1, Entry("x"));

        var (_, entries, last) = await RecoverAsync(journal, "e");
        Assert.Equal([Samples.Show(Samples.Entry), Samples.Show(Samples.LeastEntry)], entries.Select(e => Samples.Show(e)));
        Assert.Equal(2, last);
    }

    /// <summary>16 MiB of small events were hundreds of MiB of objects.</summary>
    [SkippableFact]
    public async Task A_page_ends_also_where_the_objects_of_small_outgoing_events_come_to_sixteen_MiB()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var small = new StoredOutgoing("t", "said", null, null, null, "2026-11-30T10:00:00Z", new byte[1]);
        for (var i = 1; i <= 3; i++)
        {
            await WriteAsync(journal, "e", i, new JournalEntry { StateEvents = [], Outgoing = [.. Enumerable.Repeat(small, 20_000)] });
        }

        var first = await journal.Reader.ReadAsync(0, 2_000, CancellationToken.None);
        Assert.Equal(2, first.Count);
        Assert.Single(await journal.Reader.ReadAsync(first[^1].Ordering, 2_000, CancellationToken.None));
    }

    [SkippableFact]
    public async Task Many_that_wake_together_get_each_their_own()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async e =>
        {
            for (var i = 1; i <= e % 4; i++)
            {
                await WriteAsync(journal, $"e{e}", i, Entry($"{e}/{i}"));
            }

            if (e % 3 == 2)
            {
                journal.Entities.Write(Snapshot($"e{e}", 1, $"state {e}"));
            }
        }));

        var all = await Task.WhenAll(Enumerable.Range(0, 300).Select(e => RecoverAsync(journal, $"e{e}")));
        for (var e = 0; e < 300; e++)
        {
            var (snapshot, entries, last) = all[e];
            var first = e % 3 == 2 ? 2 : 1;
            Assert.Equal(e % 3 == 2 ? $"state {e}" : null, snapshot is null ? null : Encoding.UTF8.GetString(snapshot.State.Bytes.Span));
            Assert.Equal(Enumerable.Range(first, Math.Max(0, (e % 4) - first + 1)).Select(i => $"{e}/{i}"), entries.Select(Text));
            Assert.Equal(Math.Max(e % 4, first - 1), last);
        }
    }

    [SkippableFact]
    public async Task A_long_history_comes_in_parts_bounded_in_rows_and_bytes()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var rows = Enumerable.Range(1, 1_203).Select(i => WriteAsync(journal, "long", i, Entry($"{i}"))).ToArray();
        await Task.WhenAll(rows);
        await Task.WhenAll(Enumerable.Range(1, 10).Select(i => WriteAsync(journal, "large", i, Entry(new string('x', 1 << 20)))));

        Assert.Equal([500, 500, 203], await PartsAsync("long"));
        Assert.Equal([4, 4, 2], await PartsAsync("large"));
        Assert.Equal(Enumerable.Range(1, 1_203).Select(i => $"{i}"), (await RecoverAsync(journal, "long")).Entries.Select(Text));

        async Task<List<int>> PartsAsync(string id)
        {
            List<int> parts = [];
            long? after = null;
            while (true)
            {
                var part = await ReadAsync(journal, id, after);
                parts.Add(part.Entries.Count);
                after = part.Last;
                if (part.Complete)
                {
                    return parts;
                }
            }
        }
    }

    [SkippableFact]
    public async Task A_number_is_taken_once_and_only_who_comes_second_fails()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var other = await place.OpenAsync();
        await WriteAsync(journal, "e", 1, Entry("first"));

        var neighbours = Enumerable.Range(0, 50).Select(i => WriteAsync(other, $"n{i}", 1, Entry($"{i}"))).ToArray();
        await Assert.ThrowsAsync<NumberTakenException>(() => WriteAsync(other, "e", 1, Entry("second")));
        await Task.WhenAll(neighbours);

        Assert.Equal(["first"], (await RecoverAsync(other, "e")).Entries.Select(Text));
    }

    [SkippableFact]
    public async Task A_snapshot_replaces_those_before_it_and_a_late_older_one_changes_nothing()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        for (var i = 1; i <= 4; i++)
        {
            await WriteAsync(journal, "e", i, Entry($"{i}"));
        }

        foreach (var number in new[] { 2, 3, 1, 3 })
        {
            journal.Entities.Write(Snapshot("e", number, $"at {number}"));
        }

        var (snapshot, entries, last) = await RecoverAsync(journal, "e");
        Assert.Equal("at 3", Encoding.UTF8.GetString(snapshot!.State.Bytes.Span));
        Assert.Equal(["4"], entries.Select(Text));
        Assert.Equal(4, last);
    }

    [SkippableFact]
    public async Task A_row_or_snapshot_that_cannot_be_read_is_named_and_the_others_are_recovered()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        foreach (var id in new[] { "foreign", "newer", "snapshot", "empty", "good" })
        {
            await WriteAsync(journal, id, 1, Entry(id));
        }

        journal.Entities.Write(Snapshot("snapshot", 1, "s"));
        journal.Entities.Write(Snapshot("empty", 1, "s"));
        await RecoverAsync(journal, "empty");
        await place.ExecuteAsync("UPDATE journal SET identifier = 1, manifest = 'System.String' WHERE persistence_id = 'foreign'");
        await place.ExecuteAsync("UPDATE journal SET manifest = 'ae.entry.2' WHERE persistence_id = 'newer'");
        await place.ExecuteAsync("UPDATE snapshot SET manifest = 'ae.snapshot.9' WHERE persistence_id = 'snapshot'");
        await place.ExecuteAsync("UPDATE snapshot SET snapshot = NULL WHERE persistence_id = 'empty'");

        var reads = new[] { "foreign", "newer", "snapshot", "empty", "good" }.Select(id => (Id: id, Read: RecoverAsync(journal, id))).ToArray();
        Assert.Contains("serializer 1", (await Assert.ThrowsAnyAsync<Exception>(() => reads[0].Read)).Message, StringComparison.Ordinal);
        Assert.Contains("'ae.entry.2'", (await Assert.ThrowsAnyAsync<Exception>(() => reads[1].Read)).Message, StringComparison.Ordinal);
        Assert.Contains("'ae.snapshot.9'", (await Assert.ThrowsAnyAsync<Exception>(() => reads[2].Read)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no bytes", (await Assert.ThrowsAnyAsync<SerializationException>(() => reads[3].Read)).Message, StringComparison.Ordinal);
        Assert.Single((await reads[4].Read).Entries);
    }

    [SkippableFact]
    public async Task What_is_written_here_is_recovered_by_an_actor_of_Akka_Persistence_which_goes_on()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        for (var i = 1; i <= 3; i++)
        {
            await WriteAsync(journal, "e", i, Entry($"{i}"));
        }

        journal.Entities.Write(Snapshot("e", 2, "at 2"));
        await RecoverAsync(journal, "e");
        await using (var stock = new StockNode(journal))
        {
            var recovered = await stock.Writer("e").Ask<WriterActor.Recovered>("?", s_patience);
            Assert.Equal("at 2", Encoding.UTF8.GetString(recovered.Snapshot!.State.Bytes.Span));
            Assert.Equal(["3"], recovered.Entries.Select(Text));
            Assert.Equal(4, await stock.Writer("e").Ask<long>(Entry("4"), s_patience));
        }

        var (_, entries, last) = await RecoverAsync(journal, "e");
        Assert.Equal(["3", "4"], entries.Select(Text));
        Assert.Equal(4, last);
        await WriteAsync(journal, "e", 5, Entry("5"));
    }

    [SkippableFact]
    public async Task Numbers_go_on_behind_rows_that_an_actor_of_Akka_Persistence_has_deleted()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using (var stock = new StockNode(journal))
        {
            for (var i = 1; i <= 3; i++)
            {
                await stock.Writer("e").Ask<long>(Entry($"{i}"), s_patience);
            }

            await stock.Writer("e").Ask<Akka.Persistence.DeleteMessagesSuccess>(new WriterActor.Delete(3), s_patience);
        }

        var (_, entries, last) = await RecoverAsync(journal, "e");
        Assert.Empty(entries);
        Assert.Equal(3, last);
    }

    /// <summary>Two writers at once, some rolled back: who goes on behind the highest ordering that it has seen misses nothing.</summary>
    [SkippableFact]
    public async Task A_reader_that_goes_on_behind_the_last_ordering_misses_no_row_of_two_writers()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var other = await place.OpenAsync();
        await using var stock = new StockNode(journal);
        var seen = new List<JournalRow>();
        var writing = Task.WhenAll(
            WriteManyAsync(journal, "a"),
            WriteManyAsync(other, "b"),
            Task.Run(async () =>
            {
                var writer = stock.Writer("stock");
                for (var i = 1; i <= 60; i++)
                {
                    await writer.Ask<long>(Entry($"{i}"), s_patience);
                }
            }));
        while (!writing.IsCompleted || await LookAsync() > 0)
        {
            await LookAsync();
        }

        await writing;
        Assert.Equal((2 * 20 * 30) + 60, seen.Count);
        Assert.Equal(seen.Count, seen.DistinctBy(r => (r.PersistenceId, r.SequenceNumber)).Count());

        async Task<int> LookAsync()
        {
            var page = await journal.Reader.ReadAsync(seen.Count == 0 ? 0 : seen[^1].Ordering, 500, CancellationToken.None);
            seen.AddRange(page);
            return page.Count;
        }

        async Task WriteManyAsync(JournalDatabase database, string name) => await Task.WhenAll(Enumerable.Range(0, 20).Select(async e =>
        {
            for (var i = 1; i <= 30; i++)
            {
                await WriteAsync(database, $"{name}{e}", i, Entry($"{i}"));
                if (i % 10 == 0)
                {
                    // Is there already: its transaction is rolled back.
                    await Assert.ThrowsAsync<NumberTakenException>(() => WriteAsync(database, $"{name}{e}", i, Entry("again")));
                }
            }
        }));
    }

    internal static JournalEntry Entry(string text) => new() { StateEvents = [new("n", Encoding.UTF8.GetBytes(text))], Positions = [new("s", 1)], Decided = 1 };

    private static SnapshotFact Snapshot(string id, long number, string text) => new(
        id, number, EntryCodec.Write(new EntitySnapshot { State = new StoredPayload("n", Encoding.UTF8.GetBytes(text)), Positions = [] }), TimeProvider.System, e => Assert.Fail(e.Message));

    private static string Text(JournalEntry entry) => Encoding.UTF8.GetString(entry.StateEvents[0].Bytes.Span);

    internal static Task WriteAsync(JournalDatabase journal, string id, long number, JournalEntry entry)
    {
        var row = new Row(id, number, EntryCodec.Write(entry), Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12]);
        journal.Entities.Write(row);
        return row.Outcome.Task.WaitAsync(s_patience);
    }

    private static async Task<(EntitySnapshot? Snapshot, List<JournalEntry> Entries, long Last)> RecoverAsync(JournalDatabase journal, string id)
    {
        var part = await ReadAsync(journal, id, null);
        var (snapshot, entries) = (part.Snapshot, part.Entries.ToList());
        while (!part.Complete)
        {
            part = await ReadAsync(journal, id, part.Last);
            entries.AddRange(part.Entries);
        }

        return (snapshot, entries, part.Last);
    }

    private static Task<RecoveredPart> ReadAsync(JournalDatabase journal, string id, long? after)
    {
        var read = new Part(id, after);
        journal.Entities.Read(read);
        return read.Outcome.Task.WaitAsync(s_patience);
    }

    private sealed class Row(string id, long number, byte[] message, string writer) : RowFact(id, number, message, writer)
    {
        public TaskCompletionSource Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Durable() => Outcome.SetResult();

        public override void Failed(Exception cause) => Outcome.SetException(cause);
    }

    private sealed class Part(string id, long? after) : RecoveryRead(id, after)
    {
        public TaskCompletionSource<RecoveredPart> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Read(RecoveredPart part) => Outcome.SetResult(part);

        public override void Failed(Exception cause) => Outcome.SetException(cause);
    }
}

public sealed class SqliteEntityJournalTests : EntityJournalFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresEntityJournalTests(PostgresFixture postgres) : EntityJournalFacts
{
    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());

    [SkippableFact]
    public async Task A_row_that_the_database_cannot_hold_fails_alone()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var good = Enumerable.Range(0, 100).Select(i => WriteAsync(journal, $"n{i}", 1, Entry($"{i}"))).ToArray();
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(journal, "a\0b", 1, Entry("bad")));
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(journal, "a\ud800b", 1, Entry("bad")));
        await Task.WhenAll(good);
        await WriteAsync(journal, "n0", 2, Entry("after"));
    }
}
