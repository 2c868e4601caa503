using ActorEvents.Groups;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>A source without positions: each message is acknowledged when it is durable, and has its effect once whatever comes again.</summary>
public sealed class A_queue : IDisposable
{
    private const int Messages = 600;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-queue-").FullName;
    private readonly MemoryQueue _queue = new("queue", [.. Enumerable.Range(0, Messages).Select(i => ($"m{i}", $"k{i % 20}"))]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_message_is_acknowledged_once_and_counts_once_though_sessions_end_in_between()
    {
        var handler = new SwitchHandler();
        await using (var node = await StartAsync(handler))
        {
            // A session that is read again while messages are under way: some are appended and not acknowledged yet.
            for (var session = 1; session <= 4; session++)
            {
                await UntilAsync(() => handler.Handled > session * 60);
                node.Group.Tell(new PausePart(PartKind.Handler, "totals", true));
                node.Group.Tell(new PausePart(PartKind.Handler, "totals", false));
                await UntilAsync(() => _queue.Sessions > session);
            }

            await UntilAsync(() => _queue.Acknowledged > Messages / 2);
        }

        // And a process that ends in between: what was in memory is gone.
        await using (var node = await StartAsync(handler))
        {
            await UntilAsync(() => _queue.Acknowledged == Messages);
            Check(await node.RowsAsync());
        }

        Assert.True(_queue.Redelivered > 0);
        Assert.Equal(0, _queue.WrongAcknowledgements);
    }

    [Fact]
    public async Task A_message_that_fails_stays_unacknowledged_while_other_keys_flow()
    {
        var handler = new SwitchHandler();
        handler.Failing["m3"] = true;
        await using var node = await StartAsync(handler);
        await UntilAsync(() => node.Blocked.All.Count == 1);
        await UntilAsync(() => _queue.Acknowledged >= 100);
        Assert.True(_queue.Acknowledged < Messages, "the credits bound what is behind it");
        handler.Failing.Clear();
        await UntilAsync(() => _queue.Acknowledged == Messages);
        Check(await node.RowsAsync());
        Assert.Equal(0, _queue.WrongAcknowledgements);
    }

    private static void Check(List<Journal.Entries.JournalRow> rows)
    {
        var keys = rows.GroupBy(r => r.PersistenceId, StringComparer.Ordinal).ToDictionary(
            g => g.Key, g => g.SelectMany(r => r.Entry!.StateEvents).Select(e => System.Text.Json.JsonSerializer.Deserialize<Counted>(e.Bytes.Span, System.Text.Json.JsonSerializerOptions.Web)!.Number).ToArray());
        Assert.Equal(20, keys.Count);
        for (var k = 0; k < 20; k++)
        {
            Assert.Equal(Enumerable.Range(0, Messages).Where(i => i % 20 == k).Select(i => $"m{i}"), keys[$"totals/k{k}"]);
        }
    }

    private Task<MiniNode> StartAsync(SwitchHandler handler) => MiniNode.StartAsync(_folder, b =>
    {
        b.Options.Flow.MaxEvents = 40;
        b.AddHandler("totals", handler, h => h.StateEvent<Counted>("counted"));
        b.AddSource(_queue);
    });

    private static async Task UntilAsync(Func<bool> condition)
    {
        var until = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < until, "not within 60 s");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
