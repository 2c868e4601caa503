using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;

namespace ActorEvents.Shop.Totals;

/// <summary>Whether the journal grows, without asking it.</summary>
internal sealed class JournalGrowth(JournalTail journal, TimeProvider time)
{
    private JournalSubscription? _rows;
    private Task<IReadOnlyList<JournalRow>>? _next;

    /// <summary>Waits for new rows; false: the time went by without any.</summary>
    public async Task<bool> WithinAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            _rows ??= journal.Subscribe("the shop's completion", await journal.EndAsync(cancellationToken));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Who asks next meets the same failure, and says it.
            await Task.Delay(wait, time, cancellationToken);
            return false;
        }

        _next ??= _rows.ReadAsync(cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_next, Task.Delay(wait, time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (!_next.IsCompleted)
        {
            return false;
        }

        await _next;
        _next = null;
        return true;
    }
}
