using System.Text.Json;
using ActorEvents.Events;
using ActorEvents.Journal;
using ActorEvents.Shop.Customers;
using ActorEvents.Shop.Orders;
using ActorEvents.Shop.Payments;
using ActorEvents.Shop.Stock;

namespace ActorEvents.Shop.Totals;

/// <summary>
/// A projection of the journal: folds the state events of all entities in commit order. It keeps its place in memory and catches up when it is asked, so
/// whichever node is asked says the same.
/// </summary>
public sealed class TotalsProjection(IJournalReader journal)
{
    private const int Page = 2_000;
    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _entities = new(StringComparer.Ordinal);
    private ShopTotals _totals = new(0, 0, 0m, 0m, 0, 0, 0, 0m);

    /// <summary>Rows up to this ordering are in the totals.</summary>
    public long Place { get; private set; }

    /// <summary>The totals of everything that is committed now.</summary>
    public async Task<ShopTotals> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var rows = await journal.ReadAsync(Place, Page, cancellationToken);
                foreach (var row in rows)
                {
                    Fold(row);
                }

                if (rows.Count == 0)
                {
                    return _totals;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private void Fold(JournalRow row)
    {
        Place = row.Ordering;
        if (row.Entry is not { StateEvents.Count: > 0 } entry)
        {
            return;
        }

        var first = _entities.Add(row.PersistenceId);
        foreach (var stored in entry.StateEvents)
        {
            _totals = stored.Manifest switch
            {
                Manifests.LineAdded => Fold(_totals, Read<LineAdded>(stored), first),
                Manifests.Charged => _totals with { Paid = _totals.Paid + Read<Charged>(stored).Amount },
                Manifests.Moved => _totals with { Products = _totals.Products + (first ? 1 : 0) },
                Manifests.Bought => _totals with { Customers = _totals.Customers + (first ? 1 : 0) },
                _ => _totals,
            };
            first = false;
        }
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

    private static T Read<T>(StoredPayload stored) => JsonSerializer.Deserialize<T>(stored.Bytes.Span, EventJson.Options)!;
}
