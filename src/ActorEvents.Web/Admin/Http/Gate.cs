using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Logs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Http;

/// <summary>Who may come in: over the socket its owner, over TCP who has a token. A browser that another site uses gets nowhere: it can neither name this host nor send a token.</summary>
/// <param name="tokens">Null: there is no TCP.</param>
internal sealed class Gate(TokenFile? tokens, string host, TimeProvider time, ILogger log)
{
    /// <summary>Calls at a time.</summary>
    public const int MostSessions = 16;

    private const int MostDelayed = 8;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(500);
    private readonly string[] _hosts = [host, "localhost", "127.0.0.1", "[::1]"];
    private int _delayed;
    private int _sessions;

    /// <summary>Who calls over TCP; null: it was refused and answered.</summary>
    public async Task<Caller?> AdmitAsync(HttpContext http)
    {
        if (!_hosts.Contains(http.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            await Refusal.WriteAsync(http, 403, CommandExit.NotAllowed, $"This service is not known as '{http.Request.Host.Host}'.", $"Reach it as one of {string.Join(", ", _hosts.Distinct(StringComparer.Ordinal))}.");
            return null;
        }

        var header = http.Request.Headers.Authorization.ToString();
        var from = http.Connection.RemoteIpAddress?.ToString() ?? "tcp";
        try
        {
            if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && tokens?.Find(header["Bearer ".Length..].Trim()) is { } found)
            {
                return new Caller(found.Name, found.Role, from);
            }
        }
        catch (IOException e)
        {
            Log.NoTokens(log, e.Message);
        }

        await RefuseAsync(http, header.Length == 0 ? "A token is needed." : "The token is not known here.");
        return null;
    }

    /// <summary>A place for one call; null: there is none left.</summary>
    public IDisposable? Enter()
    {
        if (Interlocked.Increment(ref _sessions) <= MostSessions)
        {
            return new Session(this);
        }

        Interlocked.Decrement(ref _sessions);
        return null;
    }

    /// <summary>Guessing is slow; but no more than a few wait, so that it ties up nothing.</summary>
    private async Task RefuseAsync(HttpContext http, string message)
    {
        if (Interlocked.Increment(ref _delayed) <= MostDelayed)
        {
            try
            {
                await Task.Delay(s_delay, time, http.RequestAborted);
            }
            finally
            {
                Interlocked.Decrement(ref _delayed);
            }

            http.Response.Headers.WWWAuthenticate = "Bearer";
            await Refusal.WriteAsync(http, 401, CommandExit.NotAllowed, message, "Send Authorization: Bearer TOKEN; the node's start says where its first token is. Over the socket none is needed.");
            return;
        }

        Interlocked.Decrement(ref _delayed);
        http.Response.Headers.Connection = "close";
        await Refusal.WriteAsync(http, 429, CommandExit.TimedOut, "Too many calls without a right token at once.", "Ask again.");
    }

    private sealed class Session(Gate gate) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref gate._sessions);
    }
}
