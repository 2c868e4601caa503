using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorEvents.Kafka.Embedded;

namespace ActorEvents.Tests.Kafka.Embedded;

public sealed class TcpForwarderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _reports = [];
    private readonly TcpForwarder _forwarder;
    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);

    public TcpForwarderTests()
    {
        _forwarder = TcpForwarder.ListenOn(0, TimeProvider.System, _reports.Enqueue);
        _upstream.Start();
        _forwarder.Start((IPEndPoint)_upstream.LocalEndpoint);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _forwarder.DisposeAsync();
        _upstream.Stop();
    }

    [Fact]
    public async Task All_bytes_arrive_in_order_and_an_end_of_one_direction_leaves_the_other_open()
    {
        var sent = RandomNumberGenerator.GetBytes(5_000_000);
        using var client = await ConnectAsync();
        using var server = await _upstream.AcceptSocketAsync();

        var received = ReadToEndAsync(server);
        await SendAllAsync(client, sent);
        client.Shutdown(SocketShutdown.Send);
        AssertSame(sent, await received);

        var answered = ReadToEndAsync(client);
        await SendAllAsync(server, sent);
        server.Shutdown(SocketShutdown.Send);
        AssertSame(sent, await answered);
        await AllClosedAsync();
    }

    [Fact]
    public async Task A_client_that_is_reset_in_the_middle_ends_only_its_own_connection()
    {
        using var stays = await ConnectAsync();
        using var serverOfStays = await _upstream.AcceptSocketAsync();
        using (var breaks = await ConnectAsync())
        {
            using var serverOfBreaks = await _upstream.AcceptSocketAsync();
            await breaks.SendAsync(new byte[1000]);
            breaks.LingerState = new LingerOption(enable: true, seconds: 0);
            breaks.Close();

            // 1000 bytes, or a reset: what matters is that the end is seen.
            await ReadUntilItEndsAsync(serverOfBreaks);
        }

        await Poll.UntilAsync(() => _forwarder.Connections == 1, "the broken connection is given up");
        await SendAllAsync(stays, [1, 2, 3]);
        var buffer = new byte[3];
        await serverOfStays.ReceiveAsync(buffer);
        Assert.Equal([1, 2, 3], buffer);
    }

    [Fact]
    public async Task A_server_that_is_reset_closes_the_client()
    {
        using var client = await ConnectAsync();
        using (var server = await _upstream.AcceptSocketAsync())
        {
            server.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        await ReadUntilItEndsAsync(client);
        await AllClosedAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_server_instead_of_filling_memory()
    {
        // Small kernel buffers at both ends, so that what the forwarder itself would pile up shows.
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, _forwarder.Port);
        using var server = await _upstream.AcceptSocketAsync();
        server.SendBufferSize = 64 * 1024;
        server.Blocking = false;
        const int most = 128 * 1024 * 1024;
        var chunk = new byte[64 * 1024];
        long sent = 0;

        // Full when the server has found no room for two seconds on end.
        var full = Task.Run(async () =>
        {
            var stuck = 0;
            while (stuck < 100 && sent < most)
            {
                var count = server.Send(chunk, SocketFlags.None, out var error);
                if (error == SocketError.Success)
                {
                    stuck = 0;
                    sent += count;
                }
                else
                {
                    Assert.Equal(SocketError.WouldBlock, error);
                    stuck++;
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
                }
            }
        });
        await full;
        Assert.InRange(sent, 1, most - 1);

        // And nothing of it is lost.
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(sent, (await ReadToEndAsync(client)).Length);
    }

    [Fact]
    public async Task Connections_above_the_limit_are_closed_at_once_and_said_once()
    {
        var open = new List<Socket>();
        try
        {
            for (var i = 0; i < TcpForwarder.MostConnections; i++)
            {
                open.Add(await ConnectAsync());
                open.Add(await _upstream.AcceptSocketAsync());
            }

            using var first = await ConnectAsync();
            using var second = await ConnectAsync();
            await ReadUntilItEndsAsync(first);
            await ReadUntilItEndsAsync(second);

            Assert.Equal(2, _forwarder.Refused);
            Assert.Contains("1000", Assert.Single(_reports), StringComparison.Ordinal);
        }
        finally
        {
            open.ForEach(s => s.Dispose());
        }

        await AllClosedAsync();
        using var again = await ConnectAsync();
        using var server = await _upstream.AcceptSocketAsync();
        Assert.Equal(1, _forwarder.Connections);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_closes_the_client_and_is_reported()
    {
        _upstream.Stop();
        using var client = await ConnectAsync();

        await ReadUntilItEndsAsync(client);

        await AllClosedAsync();
        Assert.Contains("cannot be reached", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_closes_open_connections()
    {
        using var client = await ConnectAsync();
        using var server = await _upstream.AcceptSocketAsync();

        await _forwarder.DisposeAsync();

        await ReadUntilItEndsAsync(client);
        await ReadUntilItEndsAsync(server);
    }

    /// <summary>Without writing out five million differences.</summary>
    private static void AssertSame(byte[] expected, byte[] actual) => Assert.True(expected.AsSpan().SequenceEqual(actual));

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _forwarder.Port);
        return socket;
    }

    private Task AllClosedAsync() => Poll.UntilAsync(() => _forwarder.Connections == 0, "all connections are given up");

    private static async Task SendAllAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, deadline.Token) is var read and > 0)
        {
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>An end of the stream or a reset, within the deadline.</summary>
    private static async Task ReadUntilItEndsAsync(Socket socket)
    {
        try
        {
            await ReadToEndAsync(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }
}
