using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Tests.Aectl;

/// <summary>An admin service of the tests, at a socket in a folder of its own: it speaks the protocol and does what a test says.</summary>
public sealed class FakeNode : IAsyncLifetime
{
    public const string Address = "akka.tcp://actor-events@127.0.0.1:4053";

    private readonly List<JsonObject> _requests = [];
    private WebApplication? _app;

    /// <summary>Where nodes of the test are looked for: XDG_RUNTIME_DIR.</summary>
    public string RuntimeFolder { get; } = Directory.CreateTempSubdirectory("aectl-").FullName;

    public string Socket => Path.Combine(RuntimeFolder, "actorevents", "fake.sock");

    public JsonObject Palettes { get; } = FakePalettes.All();

    /// <summary>Of a command, such as "cluster show": frames, one JSON object each. Without <c>end</c> the connection is cut behind them.</summary>
    public Dictionary<string, Func<JsonObject, IEnumerable<string>>> Commands { get; } = [];

    /// <summary>Commands that go on until the client goes away; the source is told when it has.</summary>
    public Dictionary<string, TaskCompletionSource> Endless { get; } = [];

    /// <summary>Answered in place of all else.</summary>
    public (int Status, string Body)? Refusal { get; set; }

    public int Downloads { get; private set; }

    public IReadOnlyList<JsonObject> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static string End(int exit = 0, string? count = null, string? page = null) => new JsonObject
    {
        ["kind"] = "end",
        ["exit"] = exit,
        ["rows"] = 0,
        ["count"] = count,
        ["truncated"] = page is not null,
        ["page"] = page,
        ["node"] = Address,
        ["asOf"] = "2026-01-01T00:00:00Z",
    }.ToJsonString();

    public static string Row(params (string Name, JsonNode? Value)[] values) =>
        new JsonObject { ["kind"] = "row", ["values"] = new JsonObject(values.Select(v => KeyValuePair.Create(v.Name, v.Value))) }.ToJsonString();

    public async Task InitializeAsync()
    {
        var folder = Path.Combine(RuntimeFolder, "actorevents");
        Directory.CreateDirectory(folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.Use((context, next) => Refusal is { } refusal ? RefuseAsync(context, refusal) : next());
        _app.MapGet("/v1/palettes", PalettesAsync);
        _app.MapGet("/v1/complete", (HttpContext context) => context.Response.WriteAsync($$"""{"values":["{{context.Request.Query["prefix"]}}-{{context.Request.Query["parameter"]}}","a:b"]}"""));
        _app.MapPost("/v1/exec", ExecAsync);
        await _app.StartAsync();
        Announce("fake", Environment.ProcessId, Socket);
    }

    /// <summary>A discovery file.</summary>
    public void Announce(string name, int pid, string socket) => File.WriteAllText(
        Path.Combine(RuntimeFolder, "actorevents", $"{name}.json"),
        new JsonObject { ["version"] = 1, ["system"] = "actor-events", ["pid"] = pid, ["node"] = Address, ["socket"] = socket, ["tcp"] = null, ["startedAt"] = "2026-01-01T00:00:00Z" }.ToJsonString());

    public async Task DisposeAsync()
    {
        await _app!.DisposeAsync();
        Directory.Delete(RuntimeFolder, recursive: true);
    }

    private static Task RefuseAsync(HttpContext context, (int Status, string Body) refusal)
    {
        context.Response.StatusCode = refusal.Status;
        return context.Response.WriteAsync(refusal.Body);
    }

    private Task PalettesAsync(HttpContext context)
    {
        var body = Palettes.ToJsonString();
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{body.Length}\"");
        context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        Downloads++;
        return context.Response.WriteAsync(body);
    }

    private async Task ExecAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        lock (_requests)
        {
            _requests.Add(request);
        }

        context.Response.ContentType = "application/x-ndjson";
        var command = $"{request["palette"]} {request["command"]}";
        string[] answer = [.. Commands.TryGetValue(command, out var frames) ? frames(request) : [End()]];
        if (!Endless.ContainsKey(command) && !answer.Any(f => f.Contains("\"kind\":\"end\"", StringComparison.Ordinal)))
        {
            // More than there is to come: Kestrel closes the connection behind the last frame.
            context.Response.ContentLength = 1_000_000;
        }

        foreach (var frame in answer)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(frame + "\n"));
            await context.Response.Body.FlushAsync();
        }

        if (Endless.TryGetValue(command, out var gone))
        {
            var aborted = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
            gone.TrySetResult();
        }
    }
}
