using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Shop.Contract;

namespace ActorEvents.Shop.Customers;

/// <summary>What a customer bought, net.</summary>
public sealed record Customer(int Lines, decimal Spent);

/// <summary>A line of an invoice of this customer.</summary>
public sealed record Bought(decimal Amount);

/// <summary>What the outside hears of a customer.</summary>
public sealed record CustomerChanged(string CustomerId, int Lines, decimal Spent);

/// <summary><c>Customer</c> per customer, from the order lines; lines without a customer do not concern it.</summary>
public sealed class CustomerHandler : IEventHandler<Customer>
{
    /// <summary>CloudEvents type of <see cref="CustomerChanged"/>.</summary>
    public const string EventType = "shop.customer-changed";

    public Customer Initial => new(0, 0m);

    /// <summary>The customer of a line; null: none.</summary>
    public static string? Key(EventEnvelope envelope) => envelope.Payload<OrderLine>().CustomerId is { Length: > 0 } id ? id : null;

    public Decision Handle(Customer state, EventEnvelope envelope)
    {
        if (!envelope.TryPayload<OrderLine>(out var line, out var problem))
        {
            return Decision.Reject(problem);
        }

        return Decision.Persist(new Bought(line.Amount))
            .AndEmit(Topics.Customers, EventType, new CustomerChanged(line.CustomerId!, state.Lines + 1, state.Spent + line.Amount));
    }

    public Customer Apply(Customer state, object stateEvent) =>
        stateEvent is Bought bought ? new Customer(state.Lines + 1, state.Spent + bought.Amount) : state;
}
