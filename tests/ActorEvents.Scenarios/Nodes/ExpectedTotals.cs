using System.Globalization;
using System.Text.Json;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>What the data set comes to, computed from the file alone, by another reader than the product's.</summary>
internal static class ExpectedTotals
{
    public static IReadOnlyList<string[]> Lines { get; } = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "shop-data", "online-retail.csv")).Skip(1).Select(Fields)];

    /// <summary>Compares a totals object with the file, plus what a test added by hand.</summary>
    public static void Check(JsonElement totals, int moreLines = 0, int moreInvoices = 0, decimal moreNet = 0m, int moreUnits = 0, int moreProducts = 0, int moreCustomers = 0)
    {
        var net = Lines.Sum(Amount);
        var expected = (
            Invoices: Lines.Select(l => l[0]).Distinct(StringComparer.Ordinal).Count() + moreInvoices,
            Lines: Lines.Count + moreLines,
            Net: net + moreNet,
            Gross: Lines.Where(l => Quantity(l) > 0).Sum(Amount) + moreNet,
            Units: Lines.Sum(Quantity) + moreUnits,
            Products: Lines.Select(l => l[1]).Distinct(StringComparer.Ordinal).Count() + moreProducts,
            Customers: Lines.Select(l => l[6]).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal).Count() + moreCustomers,
            Paid: net + moreNet);
        var actual = (
            Invoices: totals.GetProperty("invoices").GetInt32(),
            Lines: totals.GetProperty("lines").GetInt32(),
            Net: totals.GetProperty("net_revenue").GetDecimal(),
            Gross: totals.GetProperty("gross_revenue").GetDecimal(),
            Units: totals.GetProperty("units").GetInt32(),
            Products: totals.GetProperty("products").GetInt32(),
            Customers: totals.GetProperty("customers").GetInt32(),
            Paid: totals.GetProperty("paid").GetDecimal());
        Assert.Equal(expected, actual);
    }

    private static int Quantity(string[] line) => int.Parse(line[3], CultureInfo.InvariantCulture);

    private static decimal Amount(string[] line) => Quantity(line) * decimal.Parse(line[5], CultureInfo.InvariantCulture);

    private static string[] Fields(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
