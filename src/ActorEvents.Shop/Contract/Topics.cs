namespace ActorEvents.Shop.Contract;

/// <summary>The topics of the shop.</summary>
public static class Topics
{
    public const string OrderLines = "shop.order-lines";

    public const string Orders = "shop.orders";

    public const string Payments = "shop.payments";

    public const string Stock = "shop.stock";

    public const string Customers = "shop.customers";

    /// <summary>All of them; what an embedded broker makes at its start.</summary>
    public static IReadOnlyList<string> All { get; } = [OrderLines, Orders, Payments, Stock, Customers];
}
