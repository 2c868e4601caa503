using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorEvents.Web.Admin.Http;

/// <summary>
/// A server of its own at one socket or port. Nothing of it can be reached by the application's port, nor the application by it; what is wrong with it does not keep the node from running.
/// </summary>
internal sealed class AdminListener : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private AdminListener(KestrelServer server) => _server = server;

    /// <summary>Address and port, once it listens there.</summary>
    public string Address => _server.Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="at">A socket's path, or an address and port.</param>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public static async Task<AdminListener> StartAsync(EndPoint at, RequestDelegate handle, IServiceProvider services, ILoggerFactory logging, CancellationToken stop)
    {
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Limits.MaxRequestBodySize = ExecEndpoint.MostBytes;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxConcurrentConnections = 4 * Gate.MostSessions;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        options.Listen(at, listen => listen.Protocols = HttpProtocols.Http1);
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logging), logging);
        try
        {
            await server.StartAsync(new Application(handle), stop);
            return new AdminListener(server);
        }
        catch (Exception e)
        {
            server.Dispose();
            throw e as IOException ?? new IOException(e.Message, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            try
            {
                await handle(context);
            }
            catch (Exception) when (context.RequestAborted.IsCancellationRequested)
            {
                // Its user went away.
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
