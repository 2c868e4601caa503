using System.Net;
using System.Net.Sockets;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>Carries connections to a PostgreSQL server, and cuts them where a test wants.</summary>
internal sealed class CuttingForwarder : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private long _toServer = long.MaxValue;
    private long _toClient = long.MaxValue;
    private bool _losesCommit;
    private int _cuts;

    public CuttingForwarder(int port)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that were cut where a test wanted.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>The connection that carries the n-th byte from now on in this direction is cut behind it.</summary>
    public void CutAfter(int bytes, bool toServer)
    {
        lock (_lock)
        {
            _toServer = toServer ? bytes : long.MaxValue;
            _toClient = toServer ? long.MaxValue : bytes;
        }
    }

    /// <summary>The next answer that says that rows are committed is kept back, and its connection cut.</summary>
    public void LoseNextCommit()
    {
        lock (_lock)
        {
            _losesCommit = true;
        }
    }

    /// <summary>All connections, now.</summary>
    public void CutAll()
    {
        lock (_lock)
        {
            _cuts++;
            foreach (var socket in _sockets)
            {
                Close(socket);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        CutAll();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var _ = client;
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(_server);
            lock (_lock)
            {
                _sockets.UnionWith([client, server]);
            }

            await await Task.WhenAny(PumpAsync(client, server, toServer: true), PumpAsync(server, client, toServer: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A side has ended, or was cut.
        }
        finally
        {
            lock (_lock)
            {
                _sockets.ExceptWith([client, server]);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool toServer)
    {
        var buffer = new byte[64 << 10];
        while (await from.ReceiveAsync(buffer) is var read and > 0)
        {
            var (passes, cut) = Judge(buffer.AsSpan(0, read), toServer);
            for (var sent = 0; sent < passes;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, passes - sent));
            }

            if (cut)
            {
                Close(from);
                Close(to);
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }

    /// <summary>How much of it passes, and whether the connection is cut behind that.</summary>
    private (int Passes, bool Cut) Judge(ReadOnlySpan<byte> bytes, bool toServer)
    {
        lock (_lock)
        {
            if (!toServer && _losesCommit && SaysCommitted(bytes))
            {
                _losesCommit = false;
                return (0, true);
            }

            ref var left = ref toServer ? ref _toServer : ref _toClient;
            if (left > bytes.Length)
            {
                left -= left == long.MaxValue ? 0 : bytes.Length;
                return (bytes.Length, false);
            }

            var passes = (int)left;
            left = long.MaxValue;
            return (passes, true);
        }
    }

    /// <summary>CommandComplete of an INSERT or a COMMIT, then ReadyForQuery outside of a transaction.</summary>
    private static bool SaysCommitted(ReadOnlySpan<byte> answer) =>
        answer.EndsWith("Z\0\0\0\u0005I"u8) && (answer.IndexOf("INSERT 0 "u8) >= 0 || answer.IndexOf("COMMIT\0"u8) >= 0);

    /// <summary>Half of the times as a machine that goes away, half of the times as a peer that says so.</summary>
    private static void Close(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(Random.Shared.Next(2) == 0, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed.
        }

        socket.Dispose();
    }
}
