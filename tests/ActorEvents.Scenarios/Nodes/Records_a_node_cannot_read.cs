using System.Text;
using System.Text.Json;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>Records of kcat that are no events, or that a handler fails on: set aside with a reason, or held with their key; the others flow.</summary>
public sealed class Records_a_node_cannot_read : NodeScenario
{
    private string Journal => Path.Combine(Data, "node", "journal.db");

    [SkippableFact]
    public async Task Odd_records_stand_in_the_dead_letters_with_position_and_reason_and_what_is_behind_them_is_handled()
    {
        Kcat.Require();
        var bootstrap = await BrokerAsync();
        var node = await UnfedNodeAsync(bootstrap, "--events.max-bytes", "64 KiB");
        var (a, type) = (OrderLines.Line("A"), "ce_type=shop.order-line");
        var keyOfOddBytes = Path.Combine(Data, "record");
        await File.WriteAllBytesAsync(keyOfOddBytes, [0xFF, 0xFE, .. Encoding.UTF8.GetBytes("|" + a + "\n")]);
        (string Reason, string Handlers, Func<Task> Produce)[] records =
        [
            ("", "", () => OrderLines.ProduceAsync(bootstrap, "A", a)),
            ("JSON", "", () => OrderLines.ProduceAsync(bootstrap, "A", "{\"specversion\":\"1.0\",\"id\":", "content-type=application/cloudevents+json")),
            ("specversion", "", () => OrderLines.ProduceAsync(bootstrap, "A", "{\"hello\":1}", "content-type=application/cloudevents+json")),
            ("ce_source", "", () => OrderLines.ProduceAsync(bootstrap, "A", a, "ce_specversion=1.0", "ce_id=1", "ce_source=\"/quoted\"", type)),
            ("no key", "order", () => OrderLines.ProduceAsync(bootstrap, null, a)),
            ("", "", () => OrderLines.ProduceAsync(bootstrap, "A", a, "ce_specversion=1.0", "ce_id=2", "ce_source=/kcat", "ce_type=shop.unheard-of")),
            ("", "", () => OrderLines.ProduceAsync(bootstrap, "A", a, "ce_specversion=1.0", "ce_id=3", "ce_source=/kcat", "ce_type=shop.unheard-of")),
            ("the limit is 65536", "", () => OrderLines.ProduceAsync(bootstrap, "A", new string('x', 70_000))),
            ("cannot be read as OrderLine", "customer,stock", () => OrderLines.ProduceAsync(bootstrap, "A", "{\"InvoiceNo\":7}")),
            ("key-format = utf8", "", () => Kcat.RunAsync(["-b", bootstrap, "-P", "-t", OrderLines.Topic, "-p", "0", "-K", "|", "-l", keyOfOddBytes])),
            ("", "", () => OrderLines.ProduceAsync(bootstrap, "A", a)),
            ("", "", () => OrderLines.ProduceAsync(bootstrap, "B", OrderLines.Line("B"))),
        ];
        foreach (var record in records)
        {
            await record.Produce();
        }

        await LinesAsync(node, 3);
        await UntilAsync(node, "the lane has committed past the odd records", async () => await CommittedAsync() == records.Length);

        var letters = await SqliteFile.QueryAsync(
            Journal,
            "SELECT position, group_concat(handler), max(reason) FROM (SELECT * FROM ae_dead_letters ORDER BY position, handler) GROUP BY position",
            r => (Position: r.GetInt32(0), Handlers: r.GetString(1), Reason: r.GetString(2)));
        Assert.Equal(
            records.Select((r, i) => (Position: i, r.Handlers, r.Reason)).Where(r => r.Reason.Length > 0).Select(r => (r.Position, r.Handlers)),
            letters.Select(l => (l.Position, l.Handlers)));
        Assert.All(letters, l => Assert.Contains(records[l.Position].Reason, l.Reason, StringComparison.Ordinal));
        Assert.Single(node.Lines(output: false), l => l.Contains("No handler is registered for events of type 'shop.unheard-of'", StringComparison.Ordinal));
        Assert.Equal((3, 2), await CountsAsync(node));
        node.Signal("TERM");
        Assert.Equal(0, await node.ExitAsync());
    }

    [SkippableFact]
    public async Task A_handler_that_throws_holds_its_key_and_no_other_and_loses_nothing()
    {
        Kcat.Require();
        var bootstrap = await BrokerAsync();
        var failing = await UnfedNodeAsync(bootstrap, "--shop.fail-invoice", "BAD", "--flow.drain-timeout", "1 s");
        (string, string)[] lines = [("K", "GOOD"), ("K", "GOOD"), ("K", "BAD"), ("K", "GOOD"), ("L", "GOOD"), ("M", "GOOD"), ("L", "GOOD")];
        foreach (var (key, invoice) in lines)
        {
            await OrderLines.ProduceAsync(bootstrap, key, OrderLines.Line(invoice));
        }

        await LinesAsync(failing, 5);
        await failing.SawAsync("Handler 'order', key 'K' does not go on");
        await UntilAsync(failing, "it is ready all the same", async () => (await HealthAsync(failing, "ready")).Code == 200);
        var blocked = Assert.Single((await HealthAsync(failing, "ready")).Body.GetProperty("blocked_keys").EnumerateArray());
        Assert.Equal(("order", "K"), (blocked.GetProperty("handler").GetString(), blocked.GetProperty("key").GetString()));
        Assert.Contains("Invoice BAD fails on purpose (shop.fail-invoice)", blocked.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((5, 3), await CountsAsync(failing));

        failing.Signal("TERM");
        Assert.Equal(3, await failing.ExitAsync());
        Assert.True(await CommittedAsync() <= 2, "committed past an event that is not handled");

        var cured = await UnfedNodeAsync(bootstrap);
        await LinesAsync(cured, 7);
        Assert.Equal((7, 3), await CountsAsync(cured));
        Assert.Empty((await HealthAsync(cured, "ready")).Body.GetProperty("blocked_keys").EnumerateArray());
        await UntilAsync(cured, "the order says each of its lines, in order", async () => (await LinesOfAsync(bootstrap, "K")).SequenceEqual([1, 2, 3, 4]));
    }

    /// <summary>The line counts that an order has said so far, repeats left out.</summary>
    private static async Task<IEnumerable<int>> LinesOfAsync(string bootstrap, string key) =>
        (await Kcat.RunAsync(["-b", bootstrap, "-C", "-t", "shop.orders", "-o", "beginning", "-e", "-q", "-f", "%k %s\n"]))
            .Split('\n').Where(r => r.StartsWith(key + " ", StringComparison.Ordinal))
            .Select(r => JsonDocument.Parse(r[2..]).RootElement.GetProperty("lines").GetInt32()).Distinct();

    /// <summary>What the lane of partition 0 has committed: the next position to read.</summary>
    private async Task<int> CommittedAsync() =>
        (await SqliteFile.QueryAsync(Journal, "SELECT coalesce(max(next), 0) FROM ae_positions WHERE stream LIKE 'shop/%/0'", r => r.GetInt32(0)))[0];
}
