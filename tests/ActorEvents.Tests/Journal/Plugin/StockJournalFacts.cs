using System.Buffers.Binary;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Stores;
using ActorEvents.Tests.Journal.Entries;
using Akka.Actor;

namespace ActorEvents.Tests.Journal.Plugin;

/// <summary>Akka.Persistence.Sql's write journal and snapshot store on tables that we made, read by us.</summary>
public abstract class StockJournalFacts
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected abstract Task<TestJournal> NewAsync();

    [SkippableFact]
    public async Task What_the_stock_journal_writes_is_read_in_the_order_of_commits()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var node = new StockNode(journal);
        var writers = Enumerable.Range(0, 40).Select(i => node.Writer($"Order-{i}")).ToArray();
        await Task.WhenAll(writers.Select((writer, w) => Task.Run(async () =>
        {
            for (var i = 1; i <= 10; i++)
            {
                Assert.Equal(i, await writer.Ask<long>(EntryOf(w, i), Patience));
            }
        })));

        var rows = await AllAsync(journal.Reader, page: 37);
        Assert.Equal(400, rows.Count);
        Assert.Equal(rows.Select(r => r.Ordering).Order(), rows.Select(r => r.Ordering));
        Assert.All(rows.GroupBy(r => r.PersistenceId, StringComparer.Ordinal), entity =>
            Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), entity.Select(r => r.SequenceNumber)));
        Assert.All(rows, r => Assert.Equal(
            $"{r.PersistenceId["Order-".Length..]}/{r.SequenceNumber}", Encoding.UTF8.GetString(r.Entry!.StateEvents[0].Bytes.Span)));
        Assert.Equal(rows[^1].Ordering, await journal.Reader.HighestOrderingAsync(None));
    }

    [SkippableFact]
    public async Task An_entity_recovers_its_snapshot_and_what_came_after_it()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using (var node = new StockNode(journal))
        {
            var writer = node.Writer("Order-1");
            await writer.Ask<long>(Samples.Entry, Patience);
            Assert.Equal(1, await writer.Ask<long>(Samples.Snapshot, Patience));
            await writer.Ask<long>(Samples.LeastEntry, Patience);
        }

        await using var again = new StockNode(journal);
        var recovered = await again.Writer("Order-1").Ask<WriterActor.Recovered>("?", Patience);
        Assert.Equal(Samples.Show(Samples.Snapshot), Samples.Show(recovered.Snapshot));
        Assert.Equal(Samples.Show(Samples.LeastEntry), Samples.Show(Assert.Single(recovered.Entries)));
    }

    [SkippableFact]
    public async Task Large_rows_of_many_entities_in_one_batch_are_stored()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var node = new StockNode(journal);
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);
        var entry = new JournalEntry { StateEvents = [new("large", bytes)], Positions = [new("s", 1)] };
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => node.Writer($"Large-{i}").Ask<long>(entry, Patience)));

        var first = await journal.Reader.ReadAsync(0, 1000, None);
        Assert.InRange(first.Count, 2, 59);
        var rows = await AllAsync(journal.Reader, page: 1000);
        Assert.Equal(60, rows.Count);
        Assert.All(rows, r => Assert.True(r.Entry!.StateEvents[0].Bytes.Span.SequenceEqual(bytes)));
    }

    [SkippableFact]
    public async Task Stores_and_journal_write_at_the_same_time_and_none_fails()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var other = await place.OpenAsync();
        await using var node = new StockNode(journal);
        var writers = Enumerable.Range(0, 20).Select(i => node.Writer($"Order-{i}")).ToArray();
        var epoch = await journal.Relay.TakeLeaseAsync(None);
        var appends = Enumerable.Range(0, writers.Length).Select(w => Task.Run(async () =>
        {
            for (var i = 1; i <= 25; i++)
            {
                await writers[w].Ask<long>(EntryOf(w, i), Patience);
            }
        }));
        var stores = Enumerable.Range(0, 4).Select(s => Task.Run(async () =>
        {
            var database = s % 2 == 0 ? journal : other;
            for (var i = 1; i <= 50; i++)
            {
                await database.Positions.RaiseAsync([new($"s{s}", i), new("all", i)], None);
                var dead = new DeadLetter(new EventPosition(new StreamId($"s{s}", ""), i), "r", null, [1], []);
                await database.DeadLetters.StoreAsync([dead], None);
                Assert.True(await database.Relay.StorePlacesAsync(epoch, [new("t", $"{s}", i)], None));
                await database.Reader.ReadAsync(0, 10, None);
            }
        }));
        await Task.WhenAll([.. appends, .. stores]);

        Assert.Equal(500, (await AllAsync(journal.Reader, 100)).Count);
        Assert.Equal(200, await journal.DeadLetters.CountAsync(None));
        Assert.Equal(50, (await journal.Positions.ReadAsync("all", None))!.Value.Next);
        Assert.Equal(4, (await journal.Relay.ListAsync(None)).Count);
    }

    [SkippableFact]
    public async Task Of_two_incarnations_only_one_writes_a_number_and_the_other_stops()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using var a = new StockNode(journal);
        await using var b = new StockNode(journal);
        var old = a.Writer("Order-1");
        await old.Ask<WriterActor.Recovered>("?", Patience);
        Assert.Equal(1, await b.Writer("Order-1").Ask<long>(EntryOf(1, 1), Patience));

        var gone = old.WatchAsync();
        old.Tell(EntryOf(9, 9));
        Assert.True(await gone.WaitAsync(Patience));
        var row = Assert.Single(await AllAsync(journal.Reader, 10));
        Assert.Equal("1/1", Encoding.UTF8.GetString(row.Entry!.StateEvents[0].Bytes.Span));
    }

    [SkippableFact]
    public async Task A_row_that_cannot_be_read_is_a_problem_and_the_next_ones_are_read()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await using (var node = new StockNode(journal))
        {
            for (var i = 1; i <= 4; i++)
            {
                await node.Writer($"Order-{i}").Ask<long>(EntryOf(i, 1), Patience);
            }
        }

        await place.ExecuteAsync("UPDATE journal SET identifier = 1, manifest = 'System.String' WHERE persistence_id = 'Order-1'");
        await place.ExecuteAsync("UPDATE journal SET manifest = 'ae.entry.2' WHERE persistence_id = 'Order-2'");
        await place.ExecuteAsync("UPDATE journal SET manifest = 'ae.snapshot.1' WHERE persistence_id = 'Order-3'");
        var rows = await AllAsync(journal.Reader, 10);
        Assert.All(rows.Take(3), r => Assert.Null(r.Entry));
        Assert.Contains("serializer 1", rows[0].Problem, StringComparison.Ordinal);
        Assert.Contains("'ae.entry.2'", rows[1].Problem, StringComparison.Ordinal);
        Assert.NotNull(rows[2].Problem);
        Assert.NotNull(rows[3].Entry);
    }

    [SkippableFact]
    public async Task The_actor_systems_configuration_shows_no_connection()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        var config = journal.AkkaConfig.ToString(true);
        Assert.DoesNotContain("Password", config + journal.Description, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Data Source", config, StringComparison.OrdinalIgnoreCase);
    }

    private protected static JournalEntry EntryOf(int writer, int number) => new()
    {
        StateEvents = [new("n", Encoding.UTF8.GetBytes($"{writer}/{number}"))],
        Positions = [new("s", number)],
        Decided = 1,
    };

    private static async Task<List<JournalRow>> AllAsync(IJournalReader reader, int page)
    {
        var all = new List<JournalRow>();
        while (await reader.ReadAsync(all.Count == 0 ? 0 : all[^1].Ordering, page, None) is { Count: > 0 } rows)
        {
            Assert.InRange(rows.Count, 1, page);
            all.AddRange(rows);
        }

        return all;
    }
}

public sealed class SqliteStockJournalTests : StockJournalFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());

    [Fact]
    public async Task Appends_that_wait_share_a_transaction()
    {
        // Once each was a transaction with its own fsync: SQLite's blocking calls held the actor that collects the next ones.
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await using var node = new StockNode(journal);
        var writers = Enumerable.Range(0, 100).Select(i => node.Writer($"Order-{i}")).ToArray();
        await Task.WhenAll(writers.Select(w => w.Ask<WriterActor.Recovered>("?")));
        await Task.WhenAll(writers.Select(w => w.Ask<long>(EntryOf(1, 1))));
        Assert.InRange(Commits(await ReadSharedAsync(place.File + "-wal")), 1, 50);
    }

    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Frames of a write-ahead log that end a transaction (sqlite.org/fileformat2.html, section 4.1).</summary>
    private static int Commits(byte[] wal)
    {
        var page = (int)BinaryPrimitives.ReadUInt32BigEndian(wal.AsSpan(8));
        var commits = 0;
        for (var frame = 32; frame + 24 + page <= wal.Length; frame += 24 + page)
        {
            commits += BinaryPrimitives.ReadUInt32BigEndian(wal.AsSpan(frame + 4)) > 0 ? 1 : 0;
        }

        return commits;
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresStockJournalTests(PostgresFixture postgres) : StockJournalFacts
{
    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());
}
