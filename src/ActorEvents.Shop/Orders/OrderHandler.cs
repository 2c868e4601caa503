using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Shop.Contract;

namespace ActorEvents.Shop.Orders;

/// <summary>An invoice: what it comes to.</summary>
public sealed record Order(int Lines, int Units, decimal Net, decimal Gross);

/// <summary>A line was added. Quantity may be negative.</summary>
public sealed record LineAdded(string StockCode, int Quantity, decimal UnitPrice);

/// <summary>What the outside hears of an order: its whole state.</summary>
public sealed record OrderChanged(string InvoiceNo, int Lines, int Units, decimal Net, string? CustomerId);

/// <summary><c>Order</c> per invoice, from the order lines.</summary>
/// <param name="failInvoice">For demonstrations: this invoice's lines fail.</param>
public sealed class OrderHandler(string? failInvoice = null) : IEventHandler<Order>
{
    /// <summary>CloudEvents type of <see cref="OrderChanged"/>.</summary>
    public const string Changed = "shop.order-changed";

    public Order Initial => new(0, 0, 0m, 0m);

    public Decision Handle(Order state, EventEnvelope envelope)
    {
        if (!envelope.TryPayload<OrderLine>(out var line, out var problem))
        {
            return Decision.Reject(problem);
        }

        if (line.InvoiceNo == failInvoice)
        {
            throw new InvalidOperationException($"Invoice {failInvoice} fails on purpose (shop.fail-invoice).");
        }

        var added = new LineAdded(line.StockCode, line.Quantity, line.UnitPrice);
        var after = Add(state, added);
        return Decision.Persist(added).AndEmit(Topics.Orders, Changed, new OrderChanged(line.InvoiceNo, after.Lines, after.Units, after.Net, line.CustomerId));
    }

    public Order Apply(Order state, object stateEvent) => stateEvent is LineAdded added ? Add(state, added) : state;

    private static Order Add(Order order, LineAdded line)
    {
        var amount = line.Quantity * line.UnitPrice;
        return new Order(order.Lines + 1, order.Units + line.Quantity, order.Net + amount, order.Gross + (line.Quantity > 0 ? amount : 0m));
    }
}
