using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ActorEvents.Kafka.Embedded;

/// <summary>
/// Carries TCP connections from a fixed loopback port to the mock's random one. A connection holds one buffer for each direction and reads only when
/// the last bytes are written, so a slow reader slows its writer and nothing piles up. Above <see cref="MostConnections"/> a new one is closed at once.
/// </summary>
internal sealed class TcpForwarder : IAsyncDisposable
{
    /// <summary>Overflow policy: Reject.</summary>
    internal const int MostConnections = 1_000;

    private const int BufferSize = 64 * 1024;
    private const int Backlog = 512;
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<ForwardedConnection, Task> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private Task _accepting = Task.CompletedTask;
    private int _refused;
    private int _disposed;

    private TcpForwarder(Socket listener, TimeProvider time, Action<string> report)
    {
        _listener = listener;
        _time = time;
        _report = report;
    }

    /// <summary>The port that clients use.</summary>
    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections open now.</summary>
    internal int Connections
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Connections refused so far because there were too many.</summary>
    internal int Refused => Volatile.Read(ref _refused);

    /// <summary>Takes the port. Connections wait until <see cref="Start"/>.</summary>
    /// <param name="port">0: any free one.</param>
    /// <param name="time">For the pause after a failed accept.</param>
    /// <param name="report">Gets one line for people when something goes wrong.</param>
    /// <exception cref="EmbeddedBrokerException">The port is taken or may not be used.</exception>
    internal static TcpForwarder ListenOn(int port, TimeProvider time, Action<string> report)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(Backlog);
            return new TcpForwarder(listener, time, report);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            var reason = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "is already in use by another process (perhaps another node with its embedded broker)",
                SocketError.AccessDenied => "may not be used by this user",
                _ => "cannot be listened on: " + e.Message,
            };
            throw new EmbeddedBrokerException(
                FormattableString.Invariant($"Port {port} of 127.0.0.1 for the embedded broker {reason}. Set kafka.embedded.port to a free port, ")
                + "or kafka.bootstrap-servers to the broker that is there.",
                e);
        }
    }

    /// <summary>Carries connections to <paramref name="upstream"/> from now on.</summary>
    internal void Start(IPEndPoint upstream) => _accepting = AcceptAsync(upstream);

    /// <summary>Closes the port and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        KeyValuePair<ForwardedConnection, Task>[] open;
        lock (_lock)
        {
            open = [.. _connections];
        }

        foreach (var (connection, _) in open)
        {
            connection.Close();
        }

        await Task.WhenAll(open.Select(c => c.Value));
        _stop.Dispose();
    }

    private async Task AcceptAsync(IPEndPoint upstream)
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Forward(await _listener.AcceptAsync(_stop.Token), upstream);
            }
            catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Most often: no file descriptor is free. Those of closing connections become free.
                _report($"A connection to the embedded broker could not be accepted ({e.Message}); trying again.");
                await Task.Delay(s_acceptPause, _time, CancellationToken.None);
            }
        }
    }

    private void Forward(Socket client, IPEndPoint upstream)
    {
        lock (_lock)
        {
            if (_connections.Count < MostConnections)
            {
                var connection = new ForwardedConnection(client, BufferSize);
                _connections.Add(connection, ForwardAsync(connection, upstream));
                return;
            }
        }

        if (Interlocked.Increment(ref _refused) == 1)
        {
            _report(FormattableString.Invariant($"The embedded broker refuses connections: {MostConnections} are open, which is its limit."));
        }

        client.Dispose();
    }

    private async Task ForwardAsync(ForwardedConnection connection, IPEndPoint upstream)
    {
        // Never inside the lock of the caller.
        await Task.Yield();
        try
        {
            if (await connection.RunAsync(upstream) is { } failure && !_stop.IsCancellationRequested)
            {
                _report($"The mock behind the embedded broker cannot be reached at {upstream}: {failure}");
            }
        }
        finally
        {
            connection.Close();
            lock (_lock)
            {
                _connections.Remove(connection);
            }
        }
    }
}

/// <summary>One client's connection and the one to the mock that belongs to it. They end together.</summary>
internal sealed class ForwardedConnection(Socket client, int bufferSize)
{
    private readonly Socket _upstream = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Carries both directions until both are at their end or one fails. Null, or why the mock cannot be reached. Does not throw.</summary>
    internal async Task<string?> RunAsync(IPEndPoint upstream)
    {
        try
        {
            // The buffers of the sockets are left to the kernel, whose own tuning goes further than a fixed size.
            client.NoDelay = true;
            _upstream.NoDelay = true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // The client is gone already.
        }

        try
        {
            await _upstream.ConnectAsync(upstream);
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }

        await Task.WhenAll(PumpAsync(client, _upstream), PumpAsync(_upstream, client));
        return null;
    }

    /// <summary>Ends both directions at once.</summary>
    internal void Close()
    {
        client.Dispose();
        _upstream.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }

            // The other direction may still have something to say.
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A broken connection is the client's to notice; its other half ends with it.
            Close();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
