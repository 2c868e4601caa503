using System.Globalization;
using System.Text.Json;
using ActorEvents.Tests.Kafka;

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
        var node = await UnfedNodeAsync(bootstrap);
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
        var again = await UnfedNodeAsync(bootstrap);
        await ProduceStructuredAsync(bootstrap, Structured(Events + (2 * Invoices))[(Events + Invoices)..]);
        await LinesAsync(again, Events + 20 + (2 * Invoices));
        Assert.Equal(Events + 20 + (2 * Invoices), (await TotalsNowAsync(again)).GetProperty("lines").GetInt32());
    }

    /// <summary>
    /// The broker's records are gone with it: the producer begins at its first event again, and the journal says to the new topics what it had said.
    /// </summary>
    [SkippableFact]
    public async Task A_second_run_with_a_new_embedded_broker_counts_nothing_again_and_handles_what_is_new()
    {
        Kcat.Require();
        var (first, bootstrap) = await EmbeddedAsync();
        await ProduceStructuredAsync(bootstrap, Structured(Events));
        await LinesAsync(first, Events);
        first.Signal("TERM");
        Assert.Equal(0, await first.ExitAsync());

        (var second, bootstrap) = await EmbeddedAsync();
        await ProduceStructuredAsync(bootstrap, Structured(Events + Invoices));
        await LinesAsync(second, Events + Invoices);
        await UntilAsync(second, "all is paid", async () =>
            await TotalsNowAsync(second) is var t && t.GetProperty("paid").GetDecimal() == t.GetProperty("net_revenue").GetDecimal());
        Assert.Equal((Events + Invoices, Invoices), await CountsAsync(second));
        await CheckOrderAsync(bootstrap, Events + Invoices);
    }

    private async Task<(NodeProcess Node, string Bootstrap)> EmbeddedAsync()
    {
        var port = NodeProcess.FreePort();
        var node = Node("--shop.feed", "off", "--kafka.embedded.port", port.ToString(CultureInfo.InvariantCulture));
        await node.SawAsync("The node is running");
        return (node, $"127.0.0.1:{port}");
    }

    /// <summary>Event i: the next line of invoice i mod 200; the origin grows per invoice, so a repeat counts once.</summary>
    private static string[] Structured(int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $$"""I{{i % Invoices}}|{"specversion":"1.0","id":"e{{i}}","source":"/kcat","type":"shop.order-line","datacontenttype":"application/json","aeorigin":"kcat-I{{i % Invoices}}","aesequence":"{{i}}","data":{{OrderLines.Line($"I{i % Invoices}", $"P{i % 50}")}}}"""))];

    private static Task<string> ProduceStructuredAsync(string bootstrap, string[] lines) => Kcat.RunAsync(
        ["-b", bootstrap, "-P", "-t", OrderLines.Topic, "-K", "|", "-H", "content-type=application/cloudevents+json"], string.Join('\n', lines) + "\n");

    private static Task ProduceBinaryAsync(string bootstrap, int i) => OrderLines.ProduceAsync(
        bootstrap, "BIN", OrderLines.Line("BIN"),
        "ce_specversion=1.0", $"ce_id=b{i}", "ce_source=/kcat", "ce_type=shop.order-line", "content-type=application/json", "ce_aeorigin=kcat-bin", $"ce_aesequence={i}");

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
}
