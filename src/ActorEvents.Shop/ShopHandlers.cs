using ActorEvents.Hosting;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Customers;
using ActorEvents.Shop.Orders;
using ActorEvents.Shop.Payments;
using ActorEvents.Shop.Stock;

namespace ActorEvents.Shop;

/// <summary>Registers the shop's handlers.</summary>
public static class ShopHandlers
{
    public static ActorEventsBuilder AddShopHandlers(this ActorEventsBuilder builder, ShopOptions options)
    {
        builder
            .AddHandler("order", new OrderHandler(options.FailInvoice is { Length: > 0 } invoice ? invoice : null), h => h
                .Handles(OrderLine.EventType).StateEvent<LineAdded>(Manifests.LineAdded).WithDelay(options.Slow))
            .AddHandler("stock", new StockHandler(), h => h
                .Handles(OrderLine.EventType).KeyedBy(e => e.Payload<OrderLine>().StockCode).StateEvent<Moved>(Manifests.Moved))
            .AddHandler("customer", new CustomerHandler(), h => h
                .Handles(OrderLine.EventType).KeyedBy(CustomerHandler.Key).StateEvent<Bought>(Manifests.Bought))
            .AddHandler("payment", new PaymentHandler(), h => h
                .Handles(OrderHandler.Changed).StateEvent<Charged>(Manifests.Charged));
        if (options.HotKey)
        {
            builder.AddHandler("hot", new HotKeyHandler(), h => h
                .Handles(OrderLine.EventType).KeyedBy(_ => "all").StateEvent<OneMore>(Manifests.Counted));
        }

        return builder;
    }
}
