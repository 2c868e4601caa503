using System.Globalization;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>Order lines as kcat produces them.</summary>
internal static class OrderLines
{
    public const string Topic = "shop.order-lines";

    public static string Line(string invoice, string product = "P1", int quantity = 1) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"InvoiceNo":"{{invoice}}","StockCode":"{{product}}","Quantity":{{quantity}},"UnitPrice":1.50,"CustomerID":"C1"}""");

    /// <summary>One record to partition 0.</summary>
    public static Task ProduceAsync(string bootstrap, string? key, string value, params string[] headers) => Kcat.RunAsync(
        ["-b", bootstrap, "-P", "-t", Topic, "-p", "0", .. key is null ? Array.Empty<string>() : ["-k", key], .. headers.SelectMany(h => (string[])["-H", h])],
        value + "\n");
}
