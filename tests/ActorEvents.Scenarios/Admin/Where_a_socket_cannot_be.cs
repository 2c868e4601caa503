using System.Text;

namespace ActorEvents.Scenarios.Admin;

/// <summary>The node runs without it.</summary>
public sealed class Where_a_socket_cannot_be : IAsyncLifetime
{
    private readonly AdminNodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _nodes.DisposeAsync().AsTask();

    [Fact]
    public async Task The_node_runs_and_its_files_are_gone_when_it_stops()
    {
        var file = Path.Combine(_nodes.Folder, "file");
        await File.WriteAllBytesAsync(file, Encoding.UTF8.GetBytes("text"));
        var without = await _nodes.StartAsync(o => o.Socket = Path.Combine(file, "x.sock"));
        var with = await _nodes.StartAsync();

        Assert.Empty(without.Server.Places);
        Assert.Equal(Hosting.NodeState.Running, without.Node.State);

        // Over the other node it is reached all the same.
        Assert.Equal("2 nodes", (await with.Client.RunAsync("sys version")).Count);

        var socket = with.Server.Socket!;
        Assert.True(File.Exists(socket));
        await with.Server.StopAsync(CancellationToken.None);
        Assert.False(File.Exists(socket));
        Assert.False(File.Exists(Path.ChangeExtension(socket, ".json")));
    }
}
