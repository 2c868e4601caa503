using System.Globalization;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>A node reads what its configuration names.</summary>
public sealed class Sources_by_configuration : NodeScenario
{
    [Fact]
    public async Task A_file_of_CloudEvents_and_a_timer_are_read_and_after_a_kill_the_rest_of_the_file()
    {
        var file = Path.Combine(Data, "lines.ndjson");
        var config = Path.Combine(Data, "node.conf");
        await File.WriteAllTextAsync(config, $$"""
            actor-events {
              shop.feed = off
              sources {
                lines { kind = file, path = "{{file}}", format = cloud-events, follow = on }
                clock { kind = timer, interval = 50 ms, type = "clock.tick" }
              }
            }
            """);
        await File.AppendAllLinesAsync(file, Enumerable.Range(0, 500).Select(Line));

        var first = Node("--config", config);
        await LinesAsync(first, 500);
        await first.SawAsync("No handler is registered for events of type 'clock.tick'");
        await first.KillAsync();
        await File.AppendAllLinesAsync(file, Enumerable.Range(500, 100).Select(Line));
        var second = Node("--config", config);
        await LinesAsync(second, 600);

        var totals = await TotalsNowAsync(second);
        Assert.Equal(600, totals.GetProperty("lines").GetInt32());
        Assert.Equal(60, totals.GetProperty("invoices").GetInt32());
        second.Signal("TERM");
        Assert.Equal(0, await second.ExitAsync());
    }

    [Fact]
    public async Task With_exit_when_done_a_finished_file_is_read_to_its_end_first()
    {
        var file = Path.Combine(Data, "lines.csv");
        await File.WriteAllTextAsync(file, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            + string.Concat(Enumerable.Range(0, 300).Select(i => $"A{i % 10},S,,1,,2.50,,\n")) + "A0,S,,1,,2.50,,");

        // 100 a second: long after everything else is done.
        var node = Node(
            "--shop.feed", "off", "--exit-when-done", "--sources.till.kind", "file", "--sources.till.path", file, "--sources.till.key", "InvoiceNo",
            "--sources.till.type", "shop.order-line", "--sources.till.rate", "100");

        Assert.Equal(301, (await node.TotalsAsync()).GetProperty("lines").GetInt32());
        Assert.Equal(0, await node.ExitAsync());
    }

    [SkippableFact]
    public async Task Topics_of_a_source_of_its_own_are_read_beside_the_shop_s()
    {
        Kcat.Require();
        var port = NodeProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        var node = Node(
            "--shop.feed", "off", "--kafka.embedded.port", port,
            "--sources.till.kind", "kafka", "--sources.till.topics", "till.lines", "--sources.till.type", "shop.order-line");
        await node.SawAsync("source    till: Kafka till.lines (group actor-events-till, start earliest)");

        await Kcat.RunAsync(["-b", $"127.0.0.1:{port}", "-P", "-t", "till.lines", "-p", "0", "-k", "A"], OrderLines.Line("A") + "\n");
        await OrderLines.ProduceAsync($"127.0.0.1:{port}", "B", OrderLines.Line("B"));

        await LinesAsync(node, 2);
        Assert.Equal((2, 2), await CountsAsync(node));
    }

    [Theory]
    [InlineData("--sources.x.kind", "fiel", "there are: file, kafka, timer")]
    [InlineData("--sources.x.path", "a.csv", "sources.x.kind is missing")]
    [InlineData("--sources.shop.kind", "timer", "sources.shop")]
    public async Task A_wrong_section_ends_the_start_with_2_and_says_what_there_is(string option, string value, string said)
    {
        var (code, _, error) = await StartHereAsync(option, value);

        Assert.Equal(2, code);
        Assert.Contains(said, Assert.Single(error), StringComparison.Ordinal);
    }

    private static string Line(int i)
    {
        var data = $$"""{"InvoiceNo":"A{{i % 60}}","StockCode":"S{{i % 7}}","Quantity":1,"UnitPrice":2.5}""";
        return $$"""{"specversion":"1.0","id":"{{i}}","source":"/till","type":"shop.order-line","partitionkey":"A{{i % 60}}","data":{{data}} }""";
    }
}
