using System.Runtime.CompilerServices;
using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Stores;
using ActorEvents.Tests.Relay;

namespace ActorEvents.Tests.Journal.Upgrades;

/// <summary>
/// The files version-1.db and version-1.sql are journals that the first version with tables of version 1 wrote, by a <see cref="TallyNode"/> in three runs. They are
/// never written again: each later version opens them, by whatever steps it has, and goes on where they end.
/// </summary>
public abstract class VersionOneFacts
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Ordering of the sample's last row.</summary>
    protected abstract long End { get; }

    protected abstract Task<TestJournal> CopyAsync();

    [SkippableFact]
    public async Task What_it_holds_is_read()
    {
        await using var place = await CopyAsync();
        await using var journal = await place.OpenAsync();
        Assert.False(journal.IsNew);
        Assert.Equal([new CommittedPosition(TallySource.Stream.Name, TallySource.InSample)], await journal.Positions.ListAsync("", None));
        Assert.Equal([new RelayPlace("", "", End), new RelayPlace("audit", "id-1", End), new RelayPlace("tallies", "id-0", End)], await journal.Relay.ListAsync(None));
        Assert.Equal(4, await journal.Relay.TakeLeaseAsync(None));
        Assert.Equal(1, await journal.DeadLetters.CountAsync(None));

        var rows = await journal.Reader.ReadAsync(0, 1_000, None);
        Assert.Equal(End, rows[^1].Ordering);
        Assert.All(rows, r => Assert.Null(r.Problem));
        Assert.Equal(TallySource.InSample - 2, rows.Sum(r => r.Entry!.StateEvents.Count));
        Assert.Contains(rows, r => r.Entry!.Rejections is [{ EventId: "e33", Reason: "-33 is below zero" }]);
        Assert.All(rows, r => Assert.Contains(r.Entry!.Marks, m => m.OriginId == "maker"));
    }

    [SkippableFact]
    public async Task Entities_and_relay_go_on_where_it_ends()
    {
        await using var place = await CopyAsync();
        await using var node = new TallyNode(await place.OpenAsync(), TallySource.InSample + (2 * TallySource.Keys));
        await node.StartAsync();
        await node.StopAsync();

        Assert.Equal(TallySource.InSample, node.Source.From);
        Assert.Equal(Expected(TallySource.InSample), node.Recovered.OrderBy(t => t.Key, StringComparer.Ordinal));

        // The repeats changed nothing; what came behind them did, and only that was published.
        Assert.Equal(Expected(TallySource.InSample + (2 * TallySource.Keys)), node.Now.OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal(TallySource.Keys, node.Broker.Records("tallies").Count);
        Assert.Equal(["""{"amount":80}"""], node.Broker.Data("audit"));
    }

    [SkippableFact]
    public async Task It_takes_a_step_that_comes_after_those_of_today()
    {
        await using var place = await CopyAsync();
        var next = SchemaSteps.Released.Version + 1;
        const string Sql = "ALTER TABLE ae_relay ADD COLUMN note TEXT";
        var log = new LogLines();
        await using var journal = await place.OpenAsync(new SchemaSteps([.. SchemaSteps.Released.All, new SchemaStep(next, "adds a note", Sql, Sql)]), log);
        Assert.Equal(next - 1, log.All.Count);
        Assert.Equal(End, await journal.Relay.ReadPlaceAsync("tallies", "id-0", None));
        Assert.Equal(End, await journal.Reader.HighestOrderingAsync(None));
    }

    protected static string Sample(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);

    /// <summary>What follows from the positions.</summary>
    private static IEnumerable<KeyValuePair<string, Tally>> Expected(int positions)
    {
        int[] nothing = [TallySource.Undecodable, TallySource.Rejected, .. Enumerable.Range(TallySource.Repeats, TallySource.Keys)];
        return Enumerable.Range(0, positions).Except(nothing)
            .GroupBy(TallySource.Key, StringComparer.Ordinal)
            .Select(key => KeyValuePair.Create(key.Key, new Tally(key.Count(), key.Sum())))
            .OrderBy(t => t.Key, StringComparer.Ordinal);
    }
}

public sealed class SqliteVersionOneTests : VersionOneFacts
{
    protected override long End => 23;

    protected override Task<TestJournal> CopyAsync()
    {
        var place = new SqliteTestJournal();
        Directory.CreateDirectory(place.Folder);
        File.Copy(Sample("version-1.db"), place.File);
        return Task.FromResult<TestJournal>(place);
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresVersionOneTests(PostgresFixture postgres) : VersionOneFacts
{
    protected override long End => 18;

    protected override async Task<TestJournal> CopyAsync()
    {
        var place = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await place.ExecuteAsync(await File.ReadAllTextAsync(Sample("version-1.sql")));
        return place;
    }
}
