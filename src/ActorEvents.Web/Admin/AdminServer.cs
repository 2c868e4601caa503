using System.Net;
using System.Net.Sockets;
using System.Reflection;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Http;
using ActorEvents.Web.Admin.Logs;
using ActorEvents.Web.Admin.Nodes;
using ActorEvents.Web.Admin.Running;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin;

/// <summary>The admin service of a node: begins to listen when the actor system is there, ends with the host. A place where it cannot listen is said, and the node runs without.</summary>
public sealed class AdminServer : IHostedService
{
    private readonly AdminOptions _options;
    private readonly CommandRunner _runner;
    private readonly ClusterMembers _cluster;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly ILogger _log;
    private readonly List<AdminListener> _listeners = [];
    private readonly CancellationTokenSource _ending = new();
    private string? _socket;
    private string? _tcp;
    private string? _newToken;

    internal AdminServer(AdminOptions options, CommandRunner runner, ClusterMembers cluster, IServiceProvider services, TimeProvider time, ILoggerFactory logging)
    {
        (_options, _runner, _cluster, _services, _time, _logging) = (options, runner, cluster, services, time, logging);
        _log = logging.CreateLogger("ActorEvents.Admin");
    }

    /// <summary>Path of the socket; null: there is none.</summary>
    public string? Socket => _socket;

    /// <summary>Address and port; null: it is not reached over TCP.</summary>
    public string? Tcp => _tcp;

    /// <summary>Where it listens, for people; empty: nowhere.</summary>
    public IReadOnlyList<string> Places =>
    [
        .. _socket is null ? (string[])[] : [$"unix:{_socket}"],
        .. _tcp is null ? (string[])[] : [$"http://{_tcp} (token{(_newToken is null ? "" : $" in {_newToken}")})"],
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Problem() is { } wrong)
        {
            throw new InvalidOperationException(wrong);
        }

        var tokens = Tokens();
        var version = typeof(AdminServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
        var endpoints = new AdminEndpoints(_runner, _cluster, new Gate(tokens, _options.Host, _time, _log), version, _time, _ending.Token);
        if (SocketPlace.Find(_options.Socket, _cluster.System.Name, out var problem) is { } socket)
        {
            try
            {
                _listeners.Add(await AdminListener.StartAsync(new UnixDomainSocketEndPoint(socket), endpoints.OfSocketAsync, _services, _logging, cancellationToken));
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                _socket = socket;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem = e.Message.TrimEnd('.');
            }
        }

        if (problem is not null)
        {
            Log.NoSocket(_log, problem);
        }

        await ListenAtPortAsync(tokens, endpoints, cancellationToken);
        Announce();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _listeners.Clear();
        if (_socket is { } socket)
        {
            Delete(DiscoveryFile.PathOf(socket));
            Delete(socket);
        }
    }

    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next node that starts here sweeps it away.
        }
    }

    private TokenFile? Tokens()
    {
        if (_options.Port < 0)
        {
            return null;
        }

        try
        {
            var path = _options.TokenFile.Length > 0 ? Path.GetFullPath(_options.TokenFile) : Path.Combine(_options.Folder!, "admin-tokens.json");
            return TokenFile.Open(path, out _newToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoTokens(_log, e.Message);
            return null;
        }
    }

    private async Task ListenAtPortAsync(TokenFile? tokens, AdminEndpoints endpoints, CancellationToken cancellationToken)
    {
        if (tokens is null)
        {
            return;
        }

        try
        {
            var address = IPAddress.TryParse(_options.Host, out var literal) ? literal : IPAddress.Loopback;
            var listener = await AdminListener.StartAsync(new IPEndPoint(address, _options.Port), endpoints.OfTcpAsync, _services, _logging, cancellationToken);
            _listeners.Add(listener);
            _tcp = new Uri(listener.Address).Authority;
        }
        catch (IOException e)
        {
            Log.NoPort(_log, _options.Host, _options.Port, e.Message);
        }
    }

    private void Announce()
    {
        if (_socket is not { } socket)
        {
            return;
        }

        try
        {
            DiscoveryFile.Write(socket, _cluster.System.Name, _cluster.Self.ToString(), _tcp, _time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotAnnounced(_log, e.Message, socket);
        }
    }
}
