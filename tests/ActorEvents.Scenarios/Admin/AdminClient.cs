using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ActorEvents.Scenarios.Admin;

/// <summary>An answer of the admin service.</summary>
internal sealed record Answer(HttpStatusCode Status, IReadOnlyList<JsonElement> Frames)
{
    public JsonElement End => Frames[^1];

    public int Exit => End.GetProperty("exit").GetInt32();

    public string? Count => End.GetProperty("count").GetString();

    public string? Page => End.GetProperty("page").GetString();

    public IReadOnlyList<JsonElement> Rows => [.. Of("row").Select(f => f.GetProperty("values"))];

    public IReadOnlyList<string> Warnings => [.. Of("warn").Select(f => f.GetProperty("message").GetString()!)];

    public IReadOnlyList<string> Texts => [.. Of("text").Select(f => f.GetProperty("text").GetString()!)];

    public JsonElement Error => Of("error").Single();

    public IEnumerable<JsonElement> Of(string kind) => Frames.Where(f => f.GetProperty("kind").ValueEquals(kind));

    public IEnumerable<string?> Column(string name) => Rows.Select(r => r.GetProperty(name).ToString());
}

/// <summary>What any client of HTTP does.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="socket">Its path; null: over TCP.</param>
    public AdminClient(string? socket, string host = "node")
    {
        var handler = new SocketsHttpHandler();
        if (socket is not null)
        {
            handler.ConnectCallback = async (_, stop) =>
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(client, ownsSocket: true);
            };
        }

        _http = new HttpClient(handler) { BaseAddress = new Uri($"http://{host}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http => _http;

    public string Token
    {
        set => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", value);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Runs <c>palette command</c>.</summary>
    /// <param name="arguments">An object of texts.</param>
    /// <param name="more">Further members of the request.</param>
    public async Task<Answer> RunAsync(string command, object? arguments = null, object? more = null)
    {
        var names = command.Split(' ');
        var request = new Dictionary<string, object?>(StringComparer.Ordinal) { ["palette"] = names[0], ["command"] = names[1], ["args"] = arguments ?? new { } };
        foreach (var member in JsonSerializer.SerializeToElement(more ?? new { }).EnumerateObject())
        {
            request[member.Name] = member.Value;
        }

        return await PostAsync(JsonSerializer.Serialize(request));
    }

    public async Task<Answer> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri("/v1/exec", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return new Answer(answer.StatusCode, [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)]);
    }

    /// <summary>Lines of a stream as they come.</summary>
    public async Task<StreamReader> StreamAsync(string command, object? arguments = null)
    {
        var names = command.Split(' ');
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/exec")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { palette = names[0], command = names[1], args = arguments ?? new { } }), Encoding.UTF8, "application/json"),
        };
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }
}
