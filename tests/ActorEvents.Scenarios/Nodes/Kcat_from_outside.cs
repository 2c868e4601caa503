using System.Globalization;
using System.Text.Json;
using ActorEvents.Tests.Kafka;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>A client that nobody here wrote produces events and reads what handlers say.</summary>
public sealed class Kcat_from_outside : NodeScenario
{
    private const int Invoices = 200;

    private static int Events => Setting("ACTOREVENTS_TEST_KCAT_EVENTS", 2_000);

    [SkippableFact]
    public async Task Structured_and_binary_events_are_handled_in_order_and_count_once_also_when_produced_twice()
    {
        Kcat.Require();
        var bootstrap = await BrokerAsync();
        var node = Node("--kafka.bootstrap-servers", bootstrap, "--shop.feed", "off");
        await node.SawAsync("The node is running");
        var structured = Structured(Events);

        await ProduceStructuredAsync(bootstrap, structured);
        for (var i = 0; i < 20; i++)
        {
            await ProduceBinaryAsync(bootstrap, i);
        }

        await LinesAsync(node, Events + 20);
        await ProduceStructuredAsync(bootstrap, structured);
        for (var i = 0; i < 20; i++)
        {
            await ProduceBinaryAsync(bootstrap, i);
        }

        // One more event behind the repeats of every partition: when all are handled, the repeats are.
        var after = Structured(Events + Invoices)[Events..];
        await ProduceStructuredAsync(bootstrap, after);
        await LinesAsync(node, Events + 20 + Invoices);

        var totals = await TotalsNowAsync(node);
        Assert.Equal(Events + 20 + Invoices, totals.GetProperty("lines").GetInt32());
        Assert.Equal(Invoices + 1, totals.GetProperty("invoices").GetInt32());
        await CheckOrderAsync(bootstrap, Events + 20 + Invoices);

        node.Signal("TERM");
        Assert.Equal(0, await node.ExitAsync());
        var again = Node("--kafka.bootstrap-servers", bootstrap, "--shop.feed", "off");
        await ProduceStructuredAsync(bootstrap, Structured(Events + (2 * Invoices))[(Events + Invoices)..]);
        await LinesAsync(again, Events + 20 + (2 * Invoices));
        Assert.Equal(Events + 20 + (2 * Invoices), (await TotalsNowAsync(again)).GetProperty("lines").GetInt32());
    }

    [SkippableFact]
    public async Task Odd_records_are_dead_letters_with_a_reason_and_what_is_behind_them_is_handled()
    {
        Kcat.Require();
        var bootstrap = await BrokerAsync();
        var node = Node("--kafka.bootstrap-servers", bootstrap, "--shop.feed", "off", "--events.max-bytes", "64 KiB");
        await node.SawAsync("The node is running");
        var good = Line("A", "P", 1);

        await PlainAsync(bootstrap, "A", good);
        await ProduceAsync(bootstrap, "A", "{\"specversion\":\"1.0\",\"id\":", "content-type=application/cloudevents+json");
        await ProduceAsync(bootstrap, "A", good, "ce_specversion=1.0", "ce_id=1", "ce_source=\"/quoted\"", "ce_type=shop.order-line");
        await ProduceAsync(bootstrap, null, good);
        await ProduceAsync(bootstrap, "A", "{\"InvoiceNo\":\"" + new string('x', 70_000) + "\"}");
        await PlainAsync(bootstrap, "A", good);
        await PlainAsync(bootstrap, "B", good.Replace("\"A\"", "\"B\"", StringComparison.Ordinal));
        await LinesAsync(node, 3);

        Assert.Equal(3, (await TotalsNowAsync(node)).GetProperty("lines").GetInt32());
        var reasons = await ReasonsAsync(Path.Combine(Data, "node", "journal.db"));
        Assert.Contains(reasons, r => r.Contains("ce_source", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.Contains("65536", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.Contains("no key", StringComparison.Ordinal));
        Assert.True(reasons.Count >= 4, string.Join('\n', reasons));
    }

    /// <summary>Event i: the next line of invoice i mod 200; the origin grows per invoice, so a repeat counts once.</summary>
    private static string[] Structured(int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $$"""I{{i % Invoices}}|{"specversion":"1.0","id":"e{{i}}","source":"/kcat","type":"shop.order-line","datacontenttype":"application/json","aeorigin":"kcat-I{{i % Invoices}}","aesequence":"{{i}}","data":{{Line($"I{i % Invoices}", $"P{i % 50}", 1)}}}"""))];

    private static string Line(string invoice, string product, int quantity) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"InvoiceNo":"{{invoice}}","StockCode":"{{product}}","Quantity":{{quantity}},"UnitPrice":1.50,"CustomerID":"C1"}""");

    private static Task<string> ProduceStructuredAsync(string bootstrap, string[] lines) => Kcat.RunAsync(
        ["-b", bootstrap, "-P", "-t", "shop.order-lines", "-K", "|", "-H", "content-type=application/cloudevents+json"], string.Join('\n', lines) + "\n");

    private static Task<string> ProduceBinaryAsync(string bootstrap, int i) => ProduceAsync(
        bootstrap, "BIN", Line("BIN", "P1", 1),
        "ce_specversion=1.0", $"ce_id=b{i}", "ce_source=/kcat", "ce_type=shop.order-line", "content-type=application/json", "ce_aeorigin=kcat-bin", $"ce_aesequence={i}");

    private static Task<string> PlainAsync(string bootstrap, string key, string value) => ProduceAsync(bootstrap, key, value);

    private static Task<string> ProduceAsync(string bootstrap, string? key, string value, params string[] headers) => Kcat.RunAsync(
        ["-b", bootstrap, "-P", "-t", "shop.order-lines", "-p", "0", .. key is null ? Array.Empty<string>() : ["-k", key], .. headers.SelectMany(h => (string[])["-H", h])],
        value + "\n");

    /// <summary>What orders said: per invoice the line counts 1, 2, 3 … once, after repeats by id are left out.</summary>
    private static async Task CheckOrderAsync(string bootstrap, int expected)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var until = Environment.TickCount64 + 60_000;
        while (ids.Count < expected && Environment.TickCount64 < until)
        {
            (ids, lines) = ([], []);
            var output = await Kcat.RunAsync(["-b", bootstrap, "-C", "-t", "shop.orders", "-o", "beginning", "-e", "-q", "-J"]);
            foreach (var record in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(r => JsonDocument.Parse(r).RootElement))
            {
                var headers = record.GetProperty("headers").EnumerateArray().Select(h => h.GetString()!).ToArray();
                if (!ids.Add(headers[Array.IndexOf(headers, "ce_id") + 1]))
                {
                    continue;
                }

                var order = JsonDocument.Parse(record.GetProperty("payload").GetString()!).RootElement;
                var invoice = order.GetProperty("invoiceNo").GetString()!;
                Assert.Equal(invoice, record.GetProperty("key").GetString());
                lines[invoice] = lines.GetValueOrDefault(invoice) + 1;
                Assert.Equal(lines[invoice], order.GetProperty("lines").GetInt32());
            }
        }

        Assert.Equal(expected, ids.Count);
    }

    private static async Task<List<string>> ReasonsAsync(string file)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT reason FROM ae_dead_letters";
        await using var reader = await command.ExecuteReaderAsync();
        var reasons = new List<string>();
        while (await reader.ReadAsync())
        {
            reasons.Add(reader.GetString(0));
        }

        return reasons;
    }
}
