using System.Security.Cryptography;
using System.Text.Json;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Nodes;
using ActorEvents.Web.Admin.Running;
using Microsoft.AspNetCore.Http;

namespace ActorEvents.Web.Admin.Http;

/// <summary>The service over HTTP: what there is, what may stand where, and calls.</summary>
internal sealed class AdminEndpoints(CommandRunner runner, ClusterMembers cluster, Gate gate, string version, TimeProvider time, CancellationToken ending)
{
    private const int MostValues = 50;
    private readonly ExecEndpoint _exec = new(runner, gate, time, ending);

    /// <summary>Over the socket: whoever can open it is the node's owner.</summary>
    public Task OfSocketAsync(HttpContext http) => HandleAsync(http, Caller.Socket);

    public async Task OfTcpAsync(HttpContext http)
    {
        if (await gate.AdmitAsync(http) is { } caller)
        {
            await HandleAsync(http, caller);
        }
    }

    private async Task HandleAsync(HttpContext http, Caller caller)
    {
        switch (http.Request.Method, http.Request.Path.Value)
        {
            case ("GET" or "HEAD", "/v1/palettes"):
                await PalettesAsync(http, caller);
                break;
            case ("GET", "/v1/complete"):
                await CompleteAsync(http);
                break;
            case ("POST", "/v1/exec"):
                await _exec.HandleAsync(http, caller);
                break;
            case (_, "/v1/palettes" or "/v1/complete" or "/v1/exec"):
                await Refusal.WriteAsync(http, 405, CommandExit.Usage, $"{http.Request.Path} does not take {http.Request.Method}.", "GET /v1/palettes, GET /v1/complete, POST /v1/exec");
                break;
            default:
                await Refusal.WriteAsync(http, 404, CommandExit.NotFound, $"There is no {http.Request.Path}.", "GET /v1/palettes, GET /v1/complete, POST /v1/exec");
                break;
        }
    }

    private static object Parameter(CommandParameter p) => new
    {
        name = p.Name,
        @short = p.Short,
        summary = p.Summary,
        kind = p.Kind.ToString().ToLowerInvariant(),
        positional = p.Positional,
        required = p.Required,
        multiple = p.Multiple,
        secret = p.Secret,
        @default = p.Default,
        choices = p.Choices,
        min = p.Min,
        max = p.Max,
        complete = p.Values is not null || p.Choices is not null,
    };

    private async Task PalettesAsync(HttpContext http, Caller caller)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                version = 1,
                product = "ActorEvents",
                productVersion = version,
                system = cluster.System.Name,
                node = cluster.Self.ToString(),
                user = caller.User,
                role = caller.Role.Text(),
                palettes = runner.Palettes.Where(p => p.Commands.Any(c => !c.Hidden)).Select(p => new
                {
                    name = p.Name,
                    summary = p.Summary,
                    commands = p.Commands.Where(c => !c.Hidden).Select(c => new
                    {
                        name = c.Name,
                        summary = c.Summary,
                        effect = c.Effect.ToString().ToLowerInvariant(),
                        streaming = c.Streaming,
                        perNode = c.PerNode,
                        paged = c.Paged,
                        parameters = c.Parameters.Select(Parameter),
                        columns = c.WrittenColumns.Select(FrameLine.Column),
                        examples = c.Examples.Count > 0 ? c.Examples : [$"{p.Name} {c.Name}"],
                    }),
                }),
            },
            FrameLine.Json);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..32]}\"";
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(tag, StringComparer.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    private async Task CompleteAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var prefix = query["prefix"].ToString();
        IEnumerable<string> values = [];
        if (runner.Palettes.FirstOrDefault(p => p.Name == query["palette"].ToString())?.Commands.FirstOrDefault(c => c.Name == query["command"].ToString() && !c.Hidden) is { } command)
        {
            try
            {
                values = query["parameter"].ToString() == "node" && command.Parameters.All(p => p.Name != "node")
                    ? cluster.Members.Select(m => m.Address.ToString())
                    : command.Parameters.FirstOrDefault(p => p.Name == query["parameter"].ToString()) is { } parameter ? parameter.Values?.Invoke() ?? parameter.Choices ?? [] : [];
                values = [.. values.Where(v => v.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostValues)];
            }
            catch (Exception)
            {
                // A palette that cannot say now what there is offers nothing; the call itself says why.
                values = [];
            }
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { values }, FrameLine.Json), http.RequestAborted);
    }
}
