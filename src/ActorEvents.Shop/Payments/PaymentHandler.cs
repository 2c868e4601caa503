using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Orders;

namespace ActorEvents.Shop.Payments;

/// <summary>What of an order is paid for.</summary>
public sealed record Payment(decimal Charged, int Charges);

/// <summary>The order came to another sum: the difference was charged (or paid back, if negative).</summary>
public sealed record Charged(decimal Amount);

/// <summary>What the outside hears of a payment.</summary>
public sealed record PaymentCharged(string InvoiceNo, decimal Amount, decimal Total);

/// <summary><c>Payment</c> per order, from what orders say: the second hop.</summary>
public sealed class PaymentHandler : IEventHandler<Payment>
{
    /// <summary>CloudEvents type of <see cref="PaymentCharged"/>.</summary>
    public const string EventType = "shop.payment-charged";

    public Payment Initial => new(0m, 0);

    public Decision Handle(Payment state, EventEnvelope envelope)
    {
        if (!envelope.TryPayload<OrderChanged>(out var order, out var problem))
        {
            return Decision.Reject(problem);
        }

        var amount = order.Net - state.Charged;
        return amount == 0m
            ? Decision.Nothing
            : Decision.Persist(new Charged(amount)).AndEmit(Topics.Payments, EventType, new PaymentCharged(order.InvoiceNo, amount, order.Net));
    }

    public Payment Apply(Payment state, object stateEvent) =>
        stateEvent is Charged charged ? new Payment(state.Charged + charged.Amount, state.Charges + 1) : state;
}
