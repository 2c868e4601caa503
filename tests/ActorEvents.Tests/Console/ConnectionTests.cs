using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Aectl;

public sealed class ConnectionTests : IAsyncLifetime
{
    private readonly FakeNode _node = new();

    public Task InitializeAsync() => _node.InitializeAsync();

    public Task DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task The_only_node_of_this_machine_is_asked() => Assert.Equal(0, (await Run().RunAsync("cluster", "show")).Exit);

    [Fact]
    public async Task Several_nodes_are_listed_and_none_is_chosen()
    {
        _node.Announce("second", Environment.ProcessId, _node.Socket);

        var (exit, output, error) = await Run().RunAsync("cluster", "show");

        Assert.Equal((64, ""), (exit, output));
        Assert.Contains($"--socket {_node.Socket}", error, StringComparison.Ordinal);
        Assert.Equal(0, (await Run().RunAsync("cluster", "show", "--socket", _node.Socket)).Exit);
    }

    [Fact]
    public async Task A_node_whose_process_is_gone_is_none()
    {
        _node.Announce("fake", int.MaxValue, _node.Socket);

        var (exit, _, error) = await Run().RunAsync("cluster", "show");

        Assert.Equal(69, exit);
        Assert.Contains(Path.Combine(_node.RuntimeFolder, "actorevents"), error, StringComparison.Ordinal);
        Assert.Contains("Start a node", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_no_nodes_do_not_disturb()
    {
        await File.WriteAllTextAsync(Path.Combine(_node.RuntimeFolder, "actorevents", "half.json"), "{\"pid\":");
        await File.WriteAllTextAsync(Path.Combine(_node.RuntimeFolder, "actorevents", "list.json"), "[1]");

        Assert.Equal(0, (await Run().RunAsync("cluster", "show")).Exit);
    }

    [Fact]
    public async Task A_flag_goes_before_the_environment_and_that_before_a_context()
    {
        Assert.Equal(0, (await Run().RunAsync("context", "add", "gone", "--socket", "/nowhere/context.sock")).Exit);
        Assert.Equal(0, (await Run().RunAsync("context", "use", "gone")).Exit);
        Assert.Contains("context.sock (context 'gone')", (await Run().RunAsync("cluster", "show")).Error, StringComparison.Ordinal);

        var run = Run();
        run.Environment["AECTL_SOCKET"] = "/nowhere/variable.sock";
        Assert.Contains("variable.sock (AECTL_SOCKET)", (await run.RunAsync("cluster", "show")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await run.RunAsync("--socket", _node.Socket, "cluster", "show")).Exit);

        Assert.Equal(0, (await Run().RunAsync("context", "rm", "gone")).Exit);
        Assert.Equal(0, (await Run().RunAsync("cluster", "show")).Exit);
    }

    [Fact]
    public async Task A_context_that_does_not_exist_is_not_found_and_a_broken_file_bad_configuration()
    {
        Assert.Equal(66, (await Run().RunAsync("--context", "none", "cluster", "show")).Exit);

        Directory.CreateDirectory(Path.Combine(_node.RuntimeFolder, "config", "aectl"));
        await File.WriteAllTextAsync(Path.Combine(_node.RuntimeFolder, "config", "aectl", "contexts.json"), "{");

        Assert.Equal(78, (await Run().RunAsync("cluster", "show")).Exit);
    }

    [Theory]
    [InlineData("localhost:70000", 65, "is no address of a node")]
    [InlineData("localhost:x", 65, "is no address of a node")]
    [InlineData("akka.tcp://X@", 65, "is no address of a node")]
    [InlineData(":9110", 65, "is no address of a node")]
    public async Task A_malformed_address_is_bad_data(string address, int exit, string said)
    {
        var (code, _, error) = await Run().RunAsync(address, "cluster", "show");

        Assert.Equal(exit, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_comes_from_a_file_or_a_variable_and_must_be_one()
    {
        var file = Path.Combine(_node.RuntimeFolder, "token");
        await File.WriteAllTextAsync(file, "two words\n");

        Assert.Equal(78, (await Run().RunAsync("--host", "127.0.0.1:1", "--token-file", file, "cluster", "show")).Exit);
        Assert.Equal(78, (await Run().RunAsync("--host", "127.0.0.1:1", "--token-file", file + "x", "cluster", "show")).Exit);
    }

    [Fact]
    public async Task The_token_is_sent_to_a_port()
    {
        var run = Run();
        run.Environment["AECTL_TOKEN"] = "t0ken";
        var (head, result) = await AnsweredAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", run);

        Assert.Contains("Authorization: Bearer t0ken\r\n", head, StringComparison.Ordinal);
        Assert.Equal(77, result.Exit);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var (exit, _, error) = await Run().RunAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "cluster", "show");

        Assert.Equal(69, exit);
        Assert.Contains("Nothing listens", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\n", "does not speak HTTP")]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n", "does not speak HTTP")]
    [InlineData("", "closed the connection")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "holds no palettes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", "broke off")]
    public async Task What_is_no_admin_service_is_said_to_be_none(string answer, string said)
    {
        var (_, (exit, output, error)) = await AnsweredAsync(answer, Run());

        Assert.Equal((69, ""), (exit, output));
        Assert.Contains("is no admin service", error, StringComparison.Ordinal);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_never_answers_is_given_up()
    {
        var clock = new FakeTimeProvider();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var run = Run();
        run.Time = clock;
        var running = run.RunAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "cluster", "show");
        using var accepted = await listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(20));
        clock.Advance(TimeSpan.FromSeconds(11));

        var (exit, _, error) = await running;
        Assert.Equal(69, exit);
        Assert.Contains("gave no answer within 10 s", error, StringComparison.Ordinal);
    }

    /// <summary>A server that answers each connection so; the head of the last request comes back.</summary>
    private static async Task<(string Head, (int Exit, string Out, string Error) Result)> AnsweredAsync(string answer, AectlRun run)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var running = run.RunAsync("--host", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "cluster", "show");
        var head = "";
        // A client may ask again where it got nothing.
        while (await Task.WhenAny(running, listener.AcceptTcpClientAsync()) is Task<TcpClient> accepted)
        {
            using var client = await accepted;
            head = await HeadAsync(client.GetStream());
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(answer));
        }

        return (head, await running);
    }

    private static async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append(Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }

        return head.ToString();
    }

    private AectlRun Run() => new(_node.RuntimeFolder);
}
