using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Shop.Contract;

namespace ActorEvents.Shop.Stock;

/// <summary>What went out of stock for a product, net of what came back.</summary>
public sealed record ProductStock(int Sold, int Moves);

/// <summary>Units were sold (or came back, if negative).</summary>
public sealed record Moved(int Units);

/// <summary>What the outside hears of a product.</summary>
public sealed record StockChanged(string StockCode, int Sold);

/// <summary><c>Stock</c> per product, from the order lines of all partitions.</summary>
public sealed class StockHandler : IEventHandler<ProductStock>
{
    /// <summary>CloudEvents type of <see cref="StockChanged"/>.</summary>
    public const string EventType = "shop.stock-changed";

    public ProductStock Initial => new(0, 0);

    public Decision Handle(ProductStock state, EventEnvelope envelope)
    {
        if (!envelope.TryPayload<OrderLine>(out var line, out var problem))
        {
            return Decision.Reject(problem);
        }

        return Decision.Persist(new Moved(line.Quantity)).AndEmit(Topics.Stock, EventType, new StockChanged(line.StockCode, state.Sold + line.Quantity));
    }

    public ProductStock Apply(ProductStock state, object stateEvent) =>
        stateEvent is Moved moved ? new ProductStock(state.Sold + moved.Units, state.Moves + 1) : state;
}
