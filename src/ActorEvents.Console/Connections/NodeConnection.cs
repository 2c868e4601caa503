using System.Net.Sockets;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Connections;

/// <summary>HTTP/1.1 to one node, over its socket or TCP; why it failed, in words.</summary>
internal sealed class NodeConnection(Endpoint endpoint, string? token, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectWithin,
        ConnectCallback = (context, ct) => ConnectAsync(endpoint, ct),
    })
    {
        BaseAddress = new Uri(endpoint.Socket is null ? $"http://{endpoint.Name}" : "http://localhost"),
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    /// <summary>The answer's headers, within the time.</summary>
    /// <exception cref="ConsoleFailure">There is no node, or something else (69).</exception>
    /// <exception cref="OperationCanceledException">The user has had enough.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan within, CancellationToken cancellationToken)
    {
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ConsoleFailure.Unreachable(
                $"{endpoint.Name} ({endpoint.From}) gave no answer within {(late.IsCancellationRequested ? within : ConnectWithin).TotalSeconds:0.#} s.",
                "It is no admin service, or its node is stuck: look at its log, or ask another node with --host HOST:PORT.", e);
        }
        catch (HttpRequestException e)
        {
            throw Explain(e);
        }
    }

    public ConsoleFailure SomethingElse(string what) => ConsoleFailure.Unreachable(
        $"{endpoint.Name} ({endpoint.From}) is no admin service of an ActorEvents node: {what}.", "The admin service has a port of its own (admin.port, usually 9110): aectl nodes lists the nodes here.");

    public void Dispose() => _http.Dispose();

    private ConsoleFailure Explain(HttpRequestException failure)
    {
        if (failure.InnerException is SocketException { SocketErrorCode: var error } socket)
        {
            return endpoint.Socket is not null && (error == SocketError.AccessDenied || error is SocketError.AddressNotAvailable or SocketError.ConnectionRefused || !File.Exists(endpoint.Socket))
                ? NoSocket(error, failure)
                : error switch
                {
                    SocketError.ConnectionRefused => ConsoleFailure.Unreachable(
                        $"Nothing listens at {endpoint.Name} ({endpoint.From}).", "Is the node running, and is admin.port set there? aectl nodes lists the nodes of this machine.", failure),
                    SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => ConsoleFailure.Unreachable($"There is no host '{endpoint.Host}' ({endpoint.From}).", "Check the name.", failure),
                    SocketError.ConnectionReset => SomethingElse("it closed the connection"),
                    _ => ConsoleFailure.Unreachable($"{endpoint.Name} ({endpoint.From}) cannot be reached: {socket.Message}.", "Check address and network.", failure),
                };
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.InvalidResponse => SomethingElse("what answers does not speak HTTP (a port with TLS, or of another protocol)"),
            HttpRequestError.ResponseEnded => SomethingElse("it closed the connection without an answer"),
            _ when failure.InnerException is IOException => SomethingElse("it closed the connection without an answer"),
            _ => ConsoleFailure.Unreachable($"{endpoint.Name} ({endpoint.From}) cannot be reached: {failure.Message}", "Check address and network.", failure),
        };
    }

    private ConsoleFailure NoSocket(SocketError error, Exception failure) => error == SocketError.AccessDenied
        ? ConsoleFailure.Unreachable($"The socket {endpoint.Name} ({endpoint.From}) belongs to somebody else.", "Run aectl as the node's user, or use its port and a token: --host HOST:PORT --token-file FILE.", failure)
        : ConsoleFailure.Unreachable(
            File.Exists(endpoint.Socket) ? $"No process listens at the socket {endpoint.Name} ({endpoint.From})." : $"There is no socket {endpoint.Name} ({endpoint.From}).",
            "Its node has stopped: aectl nodes lists those that run here.", failure);

    private static async ValueTask<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        var socket = endpoint.Socket is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (endpoint.Socket is null)
            {
                await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.Socket), cancellationToken).ConfigureAwait(false);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
