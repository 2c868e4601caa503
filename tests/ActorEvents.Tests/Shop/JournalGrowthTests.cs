using ActorEvents.Journal.Tail;
using ActorEvents.Shop.Totals;
using ActorEvents.Tests.Relay;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Shop;

public sealed class JournalGrowthTests : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeJournal _journal = new();
    private JournalTail _tail = null!;
    private JournalGrowth _growth = null!;

    public Task InitializeAsync()
    {
        _tail = new JournalTail(_journal, TimeSpan.FromDays(5), _time, NullLogger.Instance);
        _growth = new JournalGrowth(_tail, _time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _tail.DisposeAsync();

    [Fact]
    public async Task Rows_that_were_there_before_are_no_growth_and_later_ones_are_each_time_once()
    {
        _journal.Append("h/1");
        Assert.False(await WithinAsync());
        Assert.False(await WithinAsync());

        _journal.Append("h/1");
        _tail.Wake();
        Assert.True(await WithinAsync(TimeSpan.FromMilliseconds(5)));
        Assert.False(await WithinAsync());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_asked_is_taken_as_still_and_asked_again()
    {
        _journal.EndFault = () => new IOException("journal away");
        Assert.False(await WithinAsync());
        _journal.EndFault = () => null;
        Assert.False(await WithinAsync());
        _journal.Append("h/1");
        _tail.Wake();
        Assert.True(await WithinAsync(TimeSpan.FromMilliseconds(5)));
    }

    /// <param name="step">How the clock goes; by default too fast for a look.</param>
    private async Task<bool> WithinAsync(TimeSpan? step = null)
    {
        var wait = step is null ? Wait : TimeSpan.FromDays(4);
        var grown = _growth.WithinAsync(wait, CancellationToken.None);
        while (!grown.IsCompleted)
        {
            _time.Advance(step ?? Wait);
            await Task.Yield();
        }

        return await grown;
    }
}
