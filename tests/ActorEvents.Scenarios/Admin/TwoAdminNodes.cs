using System.Text;
using ActorEvents.Events;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Admin;

/// <summary>A cluster of two nodes that has handled all there is, with one key that does not go on and two dead letters.</summary>
public sealed class TwoAdminNodes : IAsyncLifetime
{
    internal const string BlockedId = "199";

    internal AdminNodes Nodes { get; } = new();

    internal AdminNode First { get; private set; } = null!;

    internal AdminNode Second { get; private set; } = null!;

    internal AdminClient Client => First.Client;

    public async Task InitializeAsync()
    {
        Nodes.Handler.Failing[BlockedId] = true;
        First = await Nodes.StartAsync();
        Second = await Nodes.StartAsync();
        var stream = new StreamId("relay/orders", "relay/orders");
        await First.Node.Journal.DeadLetters.StoreAsync(
            [
                new DeadLetter(new EventPosition(stream, 1), "refused: too large", Encoding.UTF8.GetBytes("k1"), [0xff, 0x00], [KeyValuePair.Create("h", (byte[]?)[65])]),
                new DeadLetter(new EventPosition(stream, 2), "refused: too large", (byte[]?)null, null, []),
            ],
            CancellationToken.None);
        await Poll.UntilAsync(() => Nodes.Handler.Handled >= AdminNodes.Events - 1 && First.Node.Blocked.All.Concat(Second.Node.Blocked.All).Any());
        await Poll.UntilAsync(async () => (await Client.RunAsync("health check")).Rows is { Count: 2 } rows && rows.All(r => r.GetProperty("ready").GetBoolean()));
    }

    public Task DisposeAsync() => Nodes.DisposeAsync().AsTask();
}
