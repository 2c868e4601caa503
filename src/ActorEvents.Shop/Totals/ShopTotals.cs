namespace ActorEvents.Shop.Totals;

/// <summary>The totals of the handlers' own state.</summary>
/// <param name="Invoices">Distinct numbers, cancellations included.</param>
/// <param name="NetRevenue">Quantity × price over all lines.</param>
/// <param name="GrossRevenue">Positive quantities only.</param>
/// <param name="Units">Net.</param>
/// <param name="Customers">Distinct, the empty one left out.</param>
/// <param name="Paid">What payments came to; equals the net revenue once the second hop has caught up.</param>
public sealed record ShopTotals(
    long Invoices, long Lines, decimal NetRevenue, decimal GrossRevenue, long Units, long Products, long Customers, decimal Paid);
