using System.Globalization;
using System.Text.Json;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>What the data set, or the beginning of it, comes to, computed from the file alone, by another reader than the product's.</summary>
internal static class ExpectedTotals
{
    private static readonly string s_file = Path.Combine(AppContext.BaseDirectory, "shop-data", "online-retail.csv");

    /// <summary>A node that is ended in mid-replay and started again has the beginning of the data set to do: enough to be in the middle of.</summary>
    public const int Beginning = 4_000;

    public static IReadOnlyList<string[]> Lines { get; } = [.. File.ReadLines(s_file).Skip(1).Select(Fields)];

    /// <summary>Writes the beginning of the data set to a file.</summary>
    public static void WriteBeginning(string path) => File.WriteAllLines(path, File.ReadLines(s_file).Take(Beginning + 1));

    /// <summary>Compares a totals object with the beginning of the data set.</summary>
    public static void CheckBeginning(JsonElement totals) => Check([.. Lines.Take(Beginning)], totals);

    /// <summary>Compares a totals object with the data set, plus what a test added by hand.</summary>
    public static void Check(
        JsonElement totals, int moreLines = 0, int moreInvoices = 0, decimal moreNet = 0m, int moreUnits = 0, int moreProducts = 0, int moreCustomers = 0) =>
        Check(Lines, totals, moreLines, moreInvoices, moreNet, moreUnits, moreProducts, moreCustomers);

    private static void Check(
        IReadOnlyList<string[]> lines, JsonElement totals, int moreLines = 0, int moreInvoices = 0, decimal moreNet = 0m, int moreUnits = 0, int moreProducts = 0, int moreCustomers = 0)
    {
        var net = lines.Sum(Amount);
        var expected = (
            Invoices: lines.Select(l => l[0]).Distinct(StringComparer.Ordinal).Count() + moreInvoices,
            Lines: lines.Count + moreLines,
            Net: net + moreNet,
            Gross: lines.Where(l => Quantity(l) > 0).Sum(Amount) + moreNet,
            Units: lines.Sum(Quantity) + moreUnits,
            Products: lines.Select(l => l[1]).Distinct(StringComparer.Ordinal).Count() + moreProducts,
            Customers: lines.Select(l => l[6]).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal).Count() + moreCustomers,
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
