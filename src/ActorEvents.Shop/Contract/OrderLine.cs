using System.Text.Json.Serialization;

namespace ActorEvents.Shop.Contract;

/// <summary>One line of an invoice as it stands in the data set; the feed writes numbers as the file has them, as text.</summary>
/// <param name="InvoiceNo">Begins with C where it is a cancellation.</param>
/// <param name="Quantity">Negative for a cancellation.</param>
/// <param name="CustomerId">Empty or null where it is missing.</param>
[JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
public sealed record OrderLine(
    [property: JsonRequired] string InvoiceNo,
    [property: JsonRequired] string StockCode,
    string? Description,
    [property: JsonRequired] int Quantity,
    string? InvoiceDate,
    [property: JsonRequired] decimal UnitPrice,
    string? CustomerId,
    string? Country)
{
    /// <summary>CloudEvents type of an order line.</summary>
    public const string EventType = "shop.order-line";

    public decimal Amount => Quantity * UnitPrice;
}
