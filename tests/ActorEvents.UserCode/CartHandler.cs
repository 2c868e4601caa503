using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Hosting;

namespace ActorEvents.UserCode;

// <example>
public sealed record Cart(int Items, decimal Total);
public sealed record ItemAdded(decimal Price);

public sealed class CartHandler : IEventHandler<Cart>
{
    public Cart Initial => new(0, 0m);

    public Decision Handle(Cart cart, EventEnvelope e) => e.TryPayload<ItemAdded>(out var item, out var problem)
        ? Decision.Persist(item).AndEmit("carts", "cart.changed", new { e.Key, Total = cart.Total + item.Price })
        : Decision.Reject(problem);

    public Cart Apply(Cart cart, object change) =>
        change is ItemAdded item ? new(cart.Items + 1, cart.Total + item.Price) : cart;

    public static void Register(ActorEventsBuilder events) => events.AddHandler("cart", new CartHandler(), h => h
        .Handles("cart.item-added").StateEvent<ItemAdded>("item-added.1"));
}
// </example>
