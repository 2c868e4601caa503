using ActorEvents.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorEvents.Web;

/// <summary>Health of a node over HTTP.</summary>
public static class HealthEndpoints
{
    private static readonly string[] s_asked = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// <c>GET /health/live</c>: 200 while the process answers. <c>GET /health/ready</c>: 200, or 503 with the reasons (starting, draining, a source, the journal or the relay
    /// held up). Keys that do not go on are listed, but one bad key makes no node unready. <c>HEAD</c> is answered as <c>GET</c>, without the body.
    /// </summary>
    public static IEndpointRouteBuilder MapActorEventsHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/health/live", s_asked, () => Results.Json(new { status = "live" }));
        endpoints.MapMethods("/health/ready", s_asked, (ActorEventsNode node) =>
        {
            var reasons = node.NotReady;
            var blocked = node.Blocked.All.Take(20).Select(b => new
            {
                handler = b.Handler,
                key = b.Key.Value,
                stream = b.Event?.Position.Stream.Name,
                position = b.Event?.Position.Number,
                failures = b.Failures,
                reason = b.Reason,
            });
            return Results.Json(
                new { status = reasons.Count == 0 ? "ready" : "not ready", state = node.State.ToString(), reasons, blocked_keys = blocked },
                statusCode: reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        return endpoints;
    }
}
