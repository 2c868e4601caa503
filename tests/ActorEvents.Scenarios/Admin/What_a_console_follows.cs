using System.Globalization;
using System.Text.Json;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Scenarios.Admin;

/// <summary>Commands that go on until their user has enough.</summary>
public sealed class What_a_console_follows : IAsyncLifetime
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);
    private readonly AdminNodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _nodes.DisposeAsync().AsTask();

    [Fact]
    public async Task The_log_of_both_nodes_as_it_is_written()
    {
        var (first, second) = (await _nodes.StartAsync(), await _nodes.StartAsync());
        using var lines = await first.Client.StreamAsync("log tail", new { grep = "hello" });
        var logs = new[] { first, second }.Select(n => n.Host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test")).ToList();

        // Whatever was logged before the stream stands is not in it, so it is said until it is heard.
        var heard = new HashSet<string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var saying = SayAsync(logs, stop.Token);
        while (heard.Count < 2)
        {
            var frame = JsonDocument.Parse((await lines.ReadLineAsync().WaitAsync(s_soon))!).RootElement;
            if (frame.GetProperty("kind").ValueEquals("row"))
            {
                Assert.Equal("hello", frame.GetProperty("values").GetProperty("text").GetString());
                heard.Add(frame.GetProperty("values").GetProperty("node").GetString()!);
            }
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saying);
        Assert.True(heard.SetEquals([first.Address, second.Address]));
    }

    [Fact]
    public async Task Members_as_they_come()
    {
        var first = await _nodes.StartAsync();
        using var lines = await first.Client.StreamAsync("cluster tail", new { type = "memberup" });
        Assert.Equal(first.Address, await NextAsync(lines, "address"));

        var second = await _nodes.StartAsync();

        Assert.Equal(second.Address, await NextAsync(lines, "address"));
    }

    [Fact]
    public async Task Events_as_they_flow_and_no_more_than_are_wanted()
    {
        var node = await _nodes.StartAsync(paused: true);
        using var lines = await node.Client.StreamAsync("events tail", new Dictionary<string, string>(StringComparer.Ordinal) { ["type"] = "num*", ["sample"] = "2", ["until-count"] = "3" });
        await Poll.UntilAsync(() => Observers(node) == 1);

        await node.Client.RunAsync("source resume", new { source = "list" });

        var (first, second) = (await NextAsync(lines, "position"), await NextAsync(lines, "position"));
        Assert.Equal(2, long.Parse(second, CultureInfo.InvariantCulture) - long.Parse(first, CultureInfo.InvariantCulture));
        await NextAsync(lines, "position");
        Assert.Contains("\"count\":\"3 events\"", await lines.ReadToEndAsync().WaitAsync(s_soon), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_goes_away_ends_the_stream_on_all_nodes_within_a_second_or_so()
    {
        var (first, second) = (await _nodes.StartAsync(), await _nodes.StartAsync());
        var lines = await first.Client.StreamAsync("events tail");
        await Poll.UntilAsync(() => Observers(first) == 1 && Observers(second) == 1);

        lines.Dispose();

        await Poll.UntilAsync(() => Observers(first) == 0 && Observers(second) == 0);
    }

    [Fact]
    public async Task A_node_that_stops_ends_its_streams_with_an_end()
    {
        var node = await _nodes.StartAsync();
        using var lines = await node.Client.StreamAsync("log tail", new { grep = "nothing" });
        Assert.Contains("schema", await FirstAsync(), StringComparison.Ordinal);

        await node.Server.StopAsync(CancellationToken.None);

        Assert.Contains("\"kind\":\"end\"", await lines.ReadToEndAsync().WaitAsync(s_soon), StringComparison.Ordinal);

        // The first frame comes with the first row or heartbeat.
        async Task<string> FirstAsync() => (await lines.ReadLineAsync().WaitAsync(s_soon))!;
    }

    private static int Observers(AdminNode node) =>
        ((ActorRefWithCell)((ExtendedActorSystem)node.System).Guardian).Children.Count(c => c.Path.Name.StartsWith("observer-", StringComparison.Ordinal));

    private static async Task SayAsync(IReadOnlyList<ILogger> logs, CancellationToken stop)
    {
        while (true)
        {
            foreach (var log in logs)
            {
                log.LogInformation("hello");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }
    }

    private static async Task<string> NextAsync(StreamReader lines, string column)
    {
        while (true)
        {
            var frame = JsonDocument.Parse((await lines.ReadLineAsync().WaitAsync(s_soon))!).RootElement;
            if (frame.GetProperty("kind").ValueEquals("row"))
            {
                return frame.GetProperty("values").GetProperty(column).ToString();
            }
        }
    }
}
