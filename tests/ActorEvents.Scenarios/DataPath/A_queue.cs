using ActorEvents.Groups;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>A source without positions: each message is acknowledged when it is durable, and has its effect once whatever comes again.</summary>
public sealed class A_queue : IDisposable
{
    private const int Messages = 600;
    private const int Keys = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-queue-").FullName;
    private readonly MemoryQueue _queue = new("queue", [.. Enumerable.Range(0, Messages).Select(i => ($"m{i}", $"k{i % Keys}"))]);

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
                await Poll.UntilAsync(() => handler.Handled > session * 60);
                node.Group.Tell(new PausePart(PartKind.Handler, "totals", true));
                node.Group.Tell(new PausePart(PartKind.Handler, "totals", false));
                await Poll.UntilAsync(() => _queue.Sessions > session);
            }

            await Poll.UntilAsync(() => _queue.Acknowledged > Messages / 2);
        }

        // And a process that ends in between: what was in memory is gone.
        await using (var node = await StartAsync(handler))
        {
            await Poll.UntilAsync(() => _queue.Acknowledged == Messages);
            KeyedNumbers.Check(await node.RowsAsync(), Messages, Keys);
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
        await Poll.UntilAsync(() => node.Blocked.All.Count == 1);
        await Poll.UntilAsync(() => _queue.Acknowledged >= 100);
        Assert.True(_queue.Acknowledged < Messages, "the credits bound what is behind it");
        handler.Failing.Clear();
        await Poll.UntilAsync(() => _queue.Acknowledged == Messages);
        KeyedNumbers.Check(await node.RowsAsync(), Messages, Keys);
        Assert.Equal(0, _queue.WrongAcknowledgements);
    }

    private Task<MiniNode> StartAsync(SwitchHandler handler) => MiniNode.StartAsync(_folder, b =>
    {
        b.Options.Flow.MaxEvents = 40;
        b.AddHandler("totals", handler, h => h.StateEvent<Counted>("counted"));
        b.AddSource(_queue);
    });
}
