using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>Many entities that write one journal while a test makes faults.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    public const int Entities = 40;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestJournal _place;
    private readonly JournalDatabase _journal;
    private readonly FaultLedger _ledger;
    private readonly CancellationTokenSource _stop = new();
    private readonly FaultEntity[] _entities;
    private readonly Task[] _running;

    private FaultRun(TestJournal place, JournalDatabase journal, FaultLedger ledger, string process, int entities)
    {
        (_place, _journal, _ledger) = (place, journal, ledger);
        _entities = [.. Enumerable.Range(0, entities).Select(e => new FaultEntity(journal, Id(e), process, ledger, rowsOnly: false))];
        _running = [.. _entities.Select(e => Task.Run(() => e.RunAsync(_stop.Token)))];
    }

    /// <summary>How often each fault is made.</summary>
    public static int Times => Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_FAULTS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 2;

    /// <summary>Rows that are durable of all entities.</summary>
    public long Rows => _entities.Sum(e => e.Rows);

    public static string Id(int entity) => string.Create(CultureInfo.InvariantCulture, $"e{entity}");

    public static Task<FaultRun> StartAsync(TestJournal place) => StartAsync(place, new FaultLedger(alone: true), "one", Entities);

    /// <param name="process">Names it among those that write the same entities.</param>
    public static async Task<FaultRun> StartAsync(TestJournal place, FaultLedger ledger, string process, int entities) =>
        new(place, await place.OpenAsync(), ledger, process, entities);

    /// <summary>Every entity has written so many more rows: none hangs.</summary>
    public Task WritesAsync(int rows = 2)
    {
        var goals = _entities.Select(e => (Entity: e, Rows: e.Rows + rows)).ToArray();
        return UntilAsync(() => Task.FromResult(goals.All(g => g.Entity.Rows >= g.Rows)), "every entity writes");
    }

    /// <summary>A moment within what they write; another each time.</summary>
    public async Task WritesSomeAsync(int most = 10 * Entities)
    {
        var goal = Rows + Random.Shared.Next(1, most);
        await UntilAsync(() => Task.FromResult(Rows >= goal), "some rows are written");
    }

    public Task<string?> ProblemAsync() => _journal.ProblemAsync(CancellationToken.None);

    /// <summary>The journal says what is wrong.</summary>
    public async Task IsNamedAsync(string words)
    {
        var last = "";
        await UntilAsync(async () => (last = await ProblemAsync() ?? "(nothing)").Contains(words, StringComparison.Ordinal), () => $"'{words}' is said; last: {last}");
    }

    /// <summary>All write again, nothing is wrong any more; they stop, and what they were told is held against what the next node finds.</summary>
    public async Task EndAsync()
    {
        await WritesAsync();
        Assert.Null(await ProblemAsync());
        await StopAsync();
        await _journal.DisposeAsync();
        await using var reopened = await _place.OpenAsync();
        var table = await _ledger.CheckAsync(reopened.Reader, killed: false);
        foreach (var entity in _entities)
        {
            var (snapshot, texts) = await FaultEntity.ReadAsync(reopened, entity.Id).WaitAsync(s_patience);
            Assert.Equal(table[entity.Id].Skip((int)snapshot), texts);
            Assert.Null(await entity.PositionProblemAsync(reopened));
        }
    }

    /// <summary>They stop once the outcome of their last rows is known.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(s_patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _journal.DisposeAsync();
        _stop.Dispose();
    }

    private Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, () => what);

    private async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        try
        {
            await Poll.UntilAsync(
                async () =>
                {
                    foreach (var ended in _running.Where(r => r.IsFaulted))
                    {
                        await ended;
                    }

                    return await condition();
                },
                "");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"{e.Message}{what()}; problem: {await ProblemAsync() ?? "none"}; rows: {string.Join(' ', _entities.Select(r => r.Rows))}");
        }
    }
}
