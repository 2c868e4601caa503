using System.Net;
using System.Net.Sockets;
using ActorEvents.Hosting;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Akka.Configuration;

namespace ActorEvents.Tests.Hosting;

/// <summary>A node that its seed nodes did not take in said of each that it listens, whatever it was: a page of HTTP, a database, a node of another name or spelling.</summary>
public sealed class GreetingTests
{
    private static readonly Address s_self = new("akka.tcp", "events", "127.0.0.1", 4051);

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "is no node but a port of HTTP")]
    [InlineData("SSH-2.0-server\r\n", "is no node: what it answers is another protocol")]
    [InlineData("", "closes the connection: no node, or one with other settings of TLS")]
    public async Task What_is_no_node_is_said_to_be_none(string answer, string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[512]));
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        });

        Assert.Equal(said, await Greeting.AskAsync(At("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), s_self));
        await answering;
    }

    [Fact]
    public async Task A_node_says_its_name_and_how_it_spells_itself()
    {
        using var node = ActorSystem.Create("events", ConfigurationFactory.ParseString("""
            akka { actor.provider = remote, loglevel = OFF, stdout-loglevel = OFF, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
            """));
        var port = ((ExtendedActorSystem)node).Provider.DefaultAddress.Port!.Value;

        await SaysAsync($"a node that calls itself 127.0.0.1:{port}: write it so", At("localhost", port));
        await SaysAsync("a node with cluster.name = events; here it is other", At("127.0.0.1", port).WithSystem("other"));
        await SaysAsync("a node, has not taken this one in yet", At("127.0.0.1", port));
        await node.Terminate();
    }

    [Fact]
    public async Task Nobody_there_and_no_such_host_are_two_things()
    {
        Assert.Equal("nobody listens", await Greeting.AskAsync(At("127.0.0.1", FreePorts.Find(1)), s_self));
        Assert.Equal("no such host is known here", await Greeting.AskAsync(At("no-such-host.invalid", 4051), s_self));
    }

    /// <summary>A busy machine lets it be silent first.</summary>
    private static async Task SaysAsync(string said, Address asked)
    {
        var answer = "";
        await Poll.UntilAsync(async () => !(answer = await Greeting.AskAsync(asked, s_self)).Contains("says nothing", StringComparison.Ordinal));
        Assert.Equal(said, answer);
    }

    private static Address At(string host, int port) => new("akka.tcp", "events", host, port);
}
