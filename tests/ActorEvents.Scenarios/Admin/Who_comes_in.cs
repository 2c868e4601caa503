using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorEvents.Tests.Kafka;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorEvents.Scenarios.Admin;

/// <summary>One node with a socket and a port.</summary>
public sealed class OneAdminNode : IAsyncLifetime
{
    internal AdminNodes Nodes { get; } = new();

    internal AdminNode Node { get; private set; } = null!;

    internal string TokenFile => Path.Combine(Nodes.Folder, "node-1", "admin-tokens.json");

    internal string AdminToken { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Node = await Nodes.StartAsync(o => o.Port = 0);
        AdminToken = (await File.ReadAllTextAsync(TokenFile + ".admin")).Trim();
        var tokens = new[] { ("admin", "admin", AdminToken), ("ops", "operator", "ops-token"), ("onlooker", "viewer", "onlooker-token") };
        await File.WriteAllTextAsync(TokenFile, JsonSerializer.Serialize(new { tokens = tokens.Select(t => new { name = t.Item1, role = t.Item2, sha256 = Web.Admin.Access.TokenFile.Hash(t.Item3) }) }));
    }

    public Task DisposeAsync() => Nodes.DisposeAsync().AsTask();

    internal AdminClient Client(string? token)
    {
        var client = new AdminClient(null, Node.Server.Tcp!);
        if (token is not null)
        {
            client.Token = token;
        }

        return client;
    }
}

/// <summary>The doors of the admin service: the socket for its owner, the port for who has a token, and what is refused at both.</summary>
public sealed class Who_comes_in(OneAdminNode one) : IClassFixture<OneAdminNode>
{
    [Fact]
    public async Task Over_the_port_nobody_without_a_right_token()
    {
        // At once, as each waits for a while.
        await Task.WhenAll(new[] { null, "", "wrong", one.AdminToken + "x", one.AdminToken[..^1] }.Select(RefusedAsync));

        async Task RefusedAsync(string? token)
        {
            using var client = one.Client(token);
            var answer = await client.RunAsync("cluster show");
            Assert.Equal((HttpStatusCode.Unauthorized, "not-allowed", 77), (answer.Status, answer.Frames.Single().GetProperty("code").GetString(), answer.Exit));
            using var palettes = await client.Http.GetAsync(new Uri("/v1/palettes", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, palettes.StatusCode);
        }
    }

    [Fact]
    public async Task Who_guesses_in_a_crowd_is_sent_away_at_once_and_holds_up_nobody()
    {
        var clients = Enumerable.Range(0, 32).Select(i => one.Client($"guess-{i}")).ToList();
        var answers = Task.WhenAll(clients.Select(c => c.RunAsync("cluster show")));

        using var client = one.Client("onlooker-token");
        Assert.Equal(0, (await client.RunAsync("cluster show")).Exit);
        Assert.All(await answers, a => Assert.Contains(a.Status, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }));
        clients.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData("onlooker-token", "cluster show", 200, 0)]
    [InlineData("onlooker-token", "source pause", 403, 77)]
    [InlineData("onlooker-token", "cluster down", 403, 77)]
    [InlineData("ops-token", "source pause", 200, 66)]
    [InlineData("ops-token", "cluster down", 403, 77)]
    public async Task Each_role_may_what_it_may(string token, string command, int status, int exit)
    {
        using var client = one.Client(token);
        var answer = await client.RunAsync(command, command == "cluster show" ? new { } : command == "cluster down" ? new { address = "127.0.0.1:1" } : (object)new { source = "none" });

        Assert.Equal((status, exit), ((int)answer.Status, answer.Exit));
        if (status == 403)
        {
            var needed = command == "cluster down" ? "admin" : "operator";
            Assert.Contains($"needs the role {needed}", answer.Frames.Single().GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Contains(one.Node.Host.Services.GetRequiredService<AuditLog>().Last, e => e.Exit == 77 && e.Command == command.Split(' ')[1]);
        }
    }

    [Fact]
    public async Task An_admin_may_everything_and_is_named_in_the_audit()
    {
        using var client = one.Client(one.AdminToken);

        Assert.Equal(73, (await client.RunAsync("cluster down", new { address = one.Node.Address }, new { confirmed = true })).Exit);
        var entry = (await client.RunAsync("audit list", new { user = "admin", command = "down" })).Rows[^1];
        Assert.Equal(("admin", "127.0.0.1", 73), (entry.GetProperty("role").GetString(), entry.GetProperty("from").GetString(), entry.GetProperty("exit").GetInt32()));
    }

    [Fact]
    public async Task A_browser_that_another_name_was_bound_to_is_refused_even_with_a_token()
    {
        using var client = one.Client(one.AdminToken);
        client.Http.DefaultRequestHeaders.Host = "evil.example:9110";

        Assert.Equal(HttpStatusCode.Forbidden, (await client.RunAsync("cluster show")).Status);
    }

    [Fact]
    public async Task No_answer_is_for_other_sites()
    {
        using var client = one.Client(one.AdminToken);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/exec");
        request.Headers.Add("Origin", "http://evil.example");
        using var answer = await client.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("", 65)]
    [InlineData("{", 65)]
    [InlineData("[]", 65)]
    [InlineData("null", 65)]
    [InlineData("{}", 65)]
    [InlineData("""{"palette":"cluster"}""", 65)]
    [InlineData("""{"palette":7,"command":"show"}""", 65)]
    [InlineData("""{"palette":"cluster","command":"show","limit":"x"}""", 65)]
    [InlineData("""{"palette":"cluster","command":"show","args":[]}""", 65)]
    [InlineData("""{"palette":"cluster","command":"show","limit":0}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","limit":-1}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","timeout":"5"}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","timeout":"1h"}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","page":"1"}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","node":"all"}""", 64)]
    [InlineData("""{"palette":"cluter","command":"show"}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show\u0000"}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","args":{"\u001b[31m":"x"}}""", 64)]
    [InlineData("""{"palette":"cluster","command":"show","unknown":{"a":[1]},"args":null}""", 0)]
    public async Task A_request_that_is_not_as_it_must_be_is_answered_with_an_end(string body, int exit)
    {
        var answer = await one.Node.Client.PostAsync(body);

        Assert.Equal((HttpStatusCode.OK, exit, "end"), (answer.Status, answer.Exit, answer.End.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_413()
    {
        var answer = await one.Node.Client.PostAsync($$$"""{"palette":"cluster","command":"show","reason":"{{{new string('x', ExecEndpoint.MostBytes)}}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Equal(0, (await one.Node.Client.RunAsync("cluster show")).Exit);
    }

    [Theory]
    [InlineData("GET", "/v1/exec", 405)]
    [InlineData("POST", "/v1/palettes", 405)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/health/ready", 404)]
    [InlineData("GET", "/v2/palettes", 404)]
    public async Task Another_place_or_method_is_told_what_there_is(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await one.Node.Client.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains("/v1/exec", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_session_too_many_is_told_so_and_has_a_place_when_another_ends()
    {
        var streams = new List<StreamReader>();
        using var client = new AdminClient(one.Node.Server.Socket);
        while (streams.Count < Gate.MostSessions)
        {
            streams.Add(await client.StreamAsync("log tail"));
        }

        var refused = await one.Node.Client.RunAsync("cluster show");
        Assert.Equal((HttpStatusCode.TooManyRequests, 75), (refused.Status, refused.Exit));
        streams.ForEach(s => s.Dispose());

        await Poll.UntilAsync(async () => (await one.Node.Client.RunAsync("cluster show")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Garbage_at_the_port_harms_nobody()
    {
        var (host, port) = (IPAddress.Loopback, int.Parse(one.Node.Server.Tcp!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(host, port);
            var bytes = new byte[random.Next(1, 2_000)];
            random.NextBytes(bytes);
            try
            {
                await socket.GetStream().WriteAsync(i % 3 == 0 ? Encoding.ASCII.GetBytes("POST /v1/exec HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n") : bytes);
            }
            catch (IOException)
            {
                // It was closed meanwhile.
            }
        }

        Assert.Equal(0, (await one.Node.Client.RunAsync("cluster show")).Exit);
    }

    [Fact]
    public void The_socket_and_what_says_where_it_is_are_of_its_owner_alone()
    {
        var socket = one.Node.Server.Socket!;
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DiscoveryFile.PathOf(socket)));
        }

        var where = JsonDocument.Parse(File.ReadAllText(DiscoveryFile.PathOf(socket))).RootElement;
        Assert.Equal((1, Environment.ProcessId, one.Node.Address, socket, one.Node.Server.Tcp), (
            where.GetProperty("version").GetInt32(), where.GetProperty("pid").GetInt32(), where.GetProperty("node").GetString(), where.GetProperty("socket").GetString(), where.GetProperty("tcp").GetString()));
    }
}
