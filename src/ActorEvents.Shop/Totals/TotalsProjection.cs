using System.Globalization;
using System.Text.Json;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Customers;
using ActorEvents.Shop.Orders;
using ActorEvents.Shop.Payments;
using ActorEvents.Shop.Stock;

namespace ActorEvents.Shop.Totals;

/// <summary>
/// A projection of the journal: folds the state events of all entities in commit order. It keeps its place in memory and catches up when it is asked, so
/// whichever node is asked says the same. A row that cannot be read is not passed by: totals without it would be wrong.
/// </summary>
public sealed class TotalsProjection(JournalTail journal)
{
    private readonly JournalSubscription _rows = journal.Subscribe("the shop's totals", 0);
    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _entities = new(StringComparer.Ordinal);
    private ShopTotals _totals = new(0, 0, 0m, 0m, 0, 0, 0, 0m);

    /// <summary>Rows up to this ordering are in the totals.</summary>
    public long Place { get; private set; }

    /// <summary>The totals of everything that is committed now.</summary>
    /// <exception cref="InvalidDataException">A row cannot be read; the message names it.</exception>
    public async Task<ShopTotals> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // The end as it is now: while input flows, there is always one more row.
            var end = await journal.EndAsync(cancellationToken);
            while (Place < end && await _rows.TryReadAsync(cancellationToken) is { Count: > 0 } rows)
            {
                foreach (var row in rows)
                {
                    Fold(row);
                }
            }

            return _totals;
        }
        catch (InvalidDataException)
        {
            _rows.Seek(Place);
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    private void Fold(JournalRow row)
    {
        if (row is { Problem: not null, Foreign: false })
        {
            throw Unreadable(row, row.Problem);
        }

        if (row.StateEvents.Count > 0)
        {
            _totals = Fold(_totals, row);
            _entities.Add(row.PersistenceId);
        }

        Place = row.Ordering;
    }

    private ShopTotals Fold(ShopTotals totals, JournalRow row)
    {
        var first = !_entities.Contains(row.PersistenceId);
        try
        {
            foreach (var stored in row.StateEvents)
            {
                totals = stored.Manifest switch
                {
                    Manifests.LineAdded => Fold(totals, stored.Read<LineAdded>(), first),
                    Manifests.Charged => totals with { Paid = totals.Paid + stored.Read<Charged>().Amount },
                    Manifests.Moved => totals with { Products = totals.Products + (first ? 1 : 0) },
                    Manifests.Bought => totals with { Customers = totals.Customers + (first ? 1 : 0) },
                    _ => totals,
                };
                first = false;
            }
        }
        catch (JsonException e)
        {
            throw Unreadable(row, e.Message);
        }

        return totals;
    }

    private static ShopTotals Fold(ShopTotals totals, LineAdded line, bool first)
    {
        var amount = line.Quantity * line.UnitPrice;
        return totals with
        {
            Invoices = totals.Invoices + (first ? 1 : 0),
            Lines = totals.Lines + 1,
            NetRevenue = totals.NetRevenue + amount,
            GrossRevenue = totals.GrossRevenue + (line.Quantity > 0 ? amount : 0m),
            Units = totals.Units + line.Quantity,
        };
    }

    private static InvalidDataException Unreadable(JournalRow row, string? problem) => new(
        string.Create(CultureInfo.InvariantCulture, $"The totals stop before journal row {row.Ordering} ({row.PersistenceId}, number {row.SequenceNumber}), which cannot be read: {problem}"));
}
