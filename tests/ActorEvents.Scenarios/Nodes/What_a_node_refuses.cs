using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorEvents.Journal;
using ActorEvents.Node;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>What is wrong at a start ends it at once: its own exit code, and one line on standard error that names the value and the cure.</summary>
public sealed class What_a_node_refuses : NodeScenario
{
    private const int Failed = 1, BadSetting = 2;

    [Fact]
    public async Task Nothing_when_it_is_asked_for_help()
    {
        var node = Node("--help");

        Assert.True(await node.ExitAsync() == 0, node.Log);
        Assert.Empty(node.Lines(output: false));
        Assert.All(
            ["[--data DIR]", "Node broker [--port PORT]", "exit-when-done = off", "ACTOREVENTS_FLOW_MAX_EVENTS"],
            s => Assert.Contains(node.Lines(output: true), l => l.Contains(s, StringComparison.Ordinal)));
        Assert.False(Directory.Exists(Path.Combine(Data, "node")));
    }

    [Fact]
    public async Task A_setting_that_does_not_exist()
    {
        var file = Path.Combine(Data, "node.conf");
        await File.WriteAllTextAsync(file, "actor-events { flow { max-event = 3 } }");

        await RefusesAsync(BadSetting, ["--config", file], file, "'actor-events.flow.max-event'", "actor-events.flow.max-events");
    }

    [Fact]
    public Task An_option_that_does_not_exist() => RefusesAsync(BadSetting, Node("--flow.max-event", "3"), "--flow.max-event;", "--flow.max-events");

    [Fact]
    public Task A_value_out_of_range() => RefusesAsync(BadSetting, ["--flow.max-events", "0"], "flow.max-events = '0'", "between 1 and 1048576");

    [Fact]
    public Task A_value_of_another_form() => RefusesAsync(BadSetting, ["--flow.drain-timeout", "10"], "flow.drain-timeout = '10'", "a number with a unit");

    [Fact]
    public Task Values_that_do_not_go_together() =>
        RefusesAsync(BadSetting, ["--delivery.resend-after", "2 min"], "delivery.resend-max = 00:01:00", "delivery.resend-after = 00:02:00");

    [Fact]
    public Task An_end_that_never_comes() =>
        RefusesAsync(BadSetting, ["--exit-when-done", "--shop.enabled", "off"], "exit-when-done = on", "shop.enabled = off", "--exit-when-done");

    [Fact]
    public Task A_data_file_that_is_not_there()
    {
        var file = Path.Combine(Data, "nowhere.csv");
        return RefusesAsync(BadSetting, ["--shop.file", file], "shop.file", file);
    }

    /// <summary>A file in the way of the folder: root, as which tests may run, is refused no right.</summary>
    [Fact]
    public async Task A_data_folder_that_cannot_be_made()
    {
        var folder = Path.Combine(Data, "file", "node");
        await File.WriteAllTextAsync(Path.Combine(Data, "file"), "");

        await RefusesAsync(BadSetting, ["--data", folder], folder, "--data DIR");
    }

    [Fact]
    public async Task A_data_folder_of_another_node()
    {
        using var held = DataFolder.Open(Path.Combine(Data, "node"));

        await RefusesAsync(BadSetting, Node(), Path.Combine(Data, "node"), "in use by ", "--data DIR");
    }

    [Fact]
    public async Task An_HTTP_port_that_is_taken()
    {
        using var taken = Taken(out var port);
        await RefusesAsync(Failed, Node("--http", port), $"127.0.0.1:{port}", "already in use", "--http PORT");
    }

    [Fact]
    public Task An_HTTP_address_that_is_not_of_this_machine() =>
        RefusesAsync(Failed, ["--http.host", "192.0.2.1"], "192.0.2.1", "--http.host HOST");

    [Fact]
    public Task An_admin_port_that_others_can_reach() =>
        RefusesAsync(BadSetting, ["--admin.port", "9110", "--admin.host", "0.0.0.0"], "admin.host = '0.0.0.0'", "no TLS", "127.0.0.1");

    [Fact]
    public async Task An_admin_port_that_is_taken()
    {
        using var taken = Taken(out var port);
        await RefusesAsync(Failed, ["--admin.port", port], $"127.0.0.1:{port}", "already in use", "--admin.port PORT");
    }

    [Fact]
    public Task A_socket_whose_path_is_too_long() =>
        RefusesAsync(BadSetting, ["--admin.socket", "/tmp/" + new string('a', 120)], "admin.socket = ", "125 bytes", "Give a shorter one");

    [Fact]
    public async Task A_port_of_the_embedded_broker_that_is_taken()
    {
        using var taken = Taken(out var port);
        await RefusesAsync(Failed, ["--kafka.embedded.port", port], port, "already in use", "Set kafka.embedded.port");
    }

    [Fact]
    public async Task A_cluster_port_that_is_taken()
    {
        using var taken = Taken(out var port);
        await RefusesAsync(Failed, ["--cluster.port", port], $"127.0.0.1:{port}", "already in use", "--cluster.port");
    }

    [Fact]
    public async Task A_cluster_port_of_the_files_own_akka_part_that_is_no_port()
    {
        var file = Path.Combine(Data, "node.conf");
        await File.WriteAllTextAsync(file, "akka.remote.dot-netty.tcp.port = 4O51");

        await RefusesAsync(BadSetting, ["--config", file], "akka.remote.dot-netty.tcp.port = '4O51'", "from 0 to 65535");
    }

    /// <summary>The process ended with SIGABRT, below pages of stacks.</summary>
    [Theory]
    [InlineData("remote.dot-netty.tcp.enable-ssl = on", "The actor system does not start", "below 'akka'")]
    [InlineData("remote.dot-netty.tcp { hostname = \"10.0.0.1\", bind-hostname = \"127.0.0.1\" }", "bind-hostname", "public-hostname")]
    [InlineData("remote.dot-netty.tcp.hostname = \"0.0.0.0\"", "no other node can reach it", "public-hostname")]
    public async Task An_akka_part_of_the_file_that_is_not_as_Akka_wants_it(string akka, params string[] said)
    {
        var file = Path.Combine(Data, "node.conf");
        await File.WriteAllTextAsync(file, $"akka {{ {akka} }}");

        await RefusesAsync(BadSetting, ["--config", file], said);
    }

    [Fact]
    public Task A_database_without_a_connection_string() =>
        RefusesAsync(BadSetting, ["--journal.provider", "postgresql"], "journal.connection-string is empty", "provider = postgresql");

    [Fact]
    public async Task A_journal_file_that_is_no_database()
    {
        var file = Path.Combine(Data, "journal.db");
        await File.WriteAllBytesAsync(file, [.. Enumerable.Range(0, 8_192).Select(i => (byte)(i * 7))]);

        await RefusesAsync(Failed, ["--journal.sqlite-file", file], file, "is damaged or is not a database", "Restore it from a back-up");
    }

    [Fact]
    public async Task A_journal_whose_pages_are_damaged()
    {
        var file = await JournalAsync();
        await using (var stream = File.OpenWrite(file))
        {
            stream.Position = 4_096;
            await stream.WriteAsync(Enumerable.Repeat((byte)0xA5, 3 * 4_096).ToArray());
        }

        await RefusesAsync(Failed, ["--journal.sqlite-file", file], file, "is damaged or is not a database", "Restore it from a back-up");
    }

    [Fact]
    public async Task A_journal_without_its_unique_index()
    {
        var file = await JournalAsync("DROP INDEX journal_uq");

        await RefusesAsync(Failed, ["--journal.sqlite-file", file], file, "no unique index", "CREATE UNIQUE INDEX journal_uq");
    }

    [Fact]
    public Task A_database_that_does_not_answer()
    {
        var port = NodeProcess.FreePort();
        return RefusesAsync(
            Failed,
            [
                "--journal.provider", "postgresql",
                "--journal.connection-string", $"Host=127.0.0.1;Port={port};Database=events;Username=node;Password=not-to-be-seen",
            ],
            $"127.0.0.1:{port}", "'events'", "'node'", "Start the server, or correct Host and Port");
    }

    private async Task RefusesAsync(int code, string[] arguments, params string[] said)
    {
        var (ended, output, error) = await StartHereAsync(arguments);
        Assert.True(code == ended, string.Join('\n', error));
        Says(output, error, said);
    }

    /// <summary>As a process: exit code and channels are those of the system.</summary>
    private static async Task RefusesAsync(int code, NodeProcess node, params string[] said)
    {
        Assert.True(code == await node.ExitAsync(), node.Log);
        Says(node.Lines(output: true), node.Lines(output: false), said);
    }

    private static void Says(string[] output, string[] error, string[] said)
    {
        Assert.Empty(output);
        var line = Assert.Single(error, l => !l.Contains("info: ", StringComparison.Ordinal));
        Assert.All(said, s => Assert.Contains(s, line, StringComparison.Ordinal));
        Assert.All(["   at ", "Exception", "..", "not-to-be-seen"], s => Assert.DoesNotContain(s, line, StringComparison.Ordinal));
    }

    /// <summary>A journal as a node made it, changed by hand.</summary>
    private async Task<string> JournalAsync(string change = "")
    {
        var file = Path.Combine(Data, "journal.db");
        await using (await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = file }, TimeProvider.System, CancellationToken.None))
        {
        }

        await SqliteFile.QueryAsync(file, change + "; PRAGMA wal_checkpoint(TRUNCATE)", _ => 0);
        return file;
    }

    private static TcpListener Taken(out string port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        return listener;
    }
}
