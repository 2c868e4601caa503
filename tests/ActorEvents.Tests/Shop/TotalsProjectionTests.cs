using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;
using ActorEvents.Shop.Totals;
using ActorEvents.Tests.Relay;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Shop;

/// <summary>The totals as a projection of a journal that goes on growing, or cannot be read.</summary>
public sealed class TotalsProjectionTests
{
    private readonly FakeJournal _journal = new();
    private readonly TotalsProjection _totals;

    public TotalsProjectionTests() => _totals = new TotalsProjection(new JournalTail(_journal, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger.Instance));

    /// <summary>It read until a page was empty, which never comes while input flows.</summary>
    [Fact]
    public async Task The_totals_are_answered_while_rows_keep_coming()
    {
        using var enough = new CancellationTokenSource();
        Line(3);
        _journal.Fault = () =>
        {
            Line(1);
            if (_journal.Reads > 1_000)
            {
                enough.Cancel();
            }

            return null;
        };

        Assert.InRange((await _totals.ReadAsync(enough.Token)).Lines, 3, 10);
    }

    /// <summary>Such a row was passed by, and the totals were wrong without a word.</summary>
    [Fact]
    public async Task A_row_that_cannot_be_read_holds_the_totals_up_until_it_is_restored()
    {
        Line(2);
        var damaged = _journal.Append("order/1", null, "12 bytes with manifest 'ae.entry.1' cannot be read.", foreign: false);
        _journal.Append("other/1", null, "Not of ours", foreign: true);
        Line(2);

        for (var i = 0; i < 2; i++)
        {
            var e = await Assert.ThrowsAsync<InvalidDataException>(() => _totals.ReadAsync(CancellationToken.None));
            Assert.Contains("row 3 (order/1, number 3)", e.Message, StringComparison.Ordinal);
        }

        _journal.Replace(damaged, Entry(LineAdded));
        Assert.Equal((5, 1, 10), await NowAsync());
    }

    [Fact]
    public async Task A_state_event_that_cannot_be_read_holds_the_totals_up_and_is_not_half_counted()
    {
        var damaged = _journal.Append("order/1", Entry(LineAdded, "{}x"), null, foreign: false);
        await Assert.ThrowsAsync<InvalidDataException>(() => _totals.ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<InvalidDataException>(() => _totals.ReadAsync(CancellationToken.None));

        _journal.Replace(damaged, Entry(LineAdded, LineAdded));
        Assert.Equal((2, 1, 4), await NowAsync());
    }

    private const string LineAdded = """{"stockCode":"A","quantity":2,"unitPrice":1.5}""";

    private static JournalEntry Entry(params string[] lines) => new()
    {
        StateEvents = [.. lines.Select(l => new StoredPayload("shop.line-added.1", System.Text.Encoding.UTF8.GetBytes(l)))],
        Positions = [],
    };

    private void Line(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _journal.Append("order/1", Entry(LineAdded), null, foreign: false);
        }
    }

    private async Task<(long Lines, long Invoices, long Units)> NowAsync()
    {
        var totals = await _totals.ReadAsync(CancellationToken.None);
        return (totals.Lines, totals.Invoices, totals.Units);
    }
}
