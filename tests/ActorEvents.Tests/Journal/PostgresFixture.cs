using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ActorEvents.Tests.Journal;

/// <summary>
/// A private PostgreSQL server from Debian's package, on a free loopback port, in a folder that goes away with it. Shared by the tests of one
/// collection; each asks for a database of its own. It ends when this process ends, however it ends: the shell that holds it reads our pipe.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Root = "/usr/lib/postgresql";

    // The server runs until standard input closes.
    private const string Hold = """log=$1; shift; "$@" </dev/null >"$log" 2>&1 & server=$!; read -r _; kill -INT $server; wait $server""";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "actor-events-pg-" + Guid.NewGuid().ToString("N"));
    private readonly string _password = Guid.NewGuid().ToString("N");
    private string? _missing;
    private Process? _server;

    public int Port { get; private set; }

    public async Task InitializeAsync()
    {
        var binaries = Binaries();
        if (binaries is null)
        {
            _missing = $"PostgreSQL is not installed under {Root} (Debian: apt-get install postgresql).";
            return;
        }

        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "password"), _password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["-R", "postgres", _folder]);
        }

        var data = Path.Combine(_folder, "data");
        await RunAsync(
            [.. AsPostgres(), Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "--pwfile", Path.Combine(_folder, "password"),
                "--auth-host=scram-sha-256", "--auth-local=reject", "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync"]);
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort();
            if (await StartAsync(binaries, data))
            {
                return;
            }

            if (attempt == 3)
            {
                throw new InvalidOperationException("PostgreSQL did not start: " + await File.ReadAllTextAsync(Path.Combine(_folder, "server.log")));
            }
        }
    }

    /// <summary>A connection string to a new, empty database. Skips the test where there is no server; fails it under CI=true.</summary>
    public async Task<NpgsqlConnectionStringBuilder> NewDatabaseAsync()
    {
        Require();
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres").ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    public void Require()
    {
        if (_missing is not null && string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(_missing);
        }

        Skip.If(_missing is not null, _missing);
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string? Binaries() => !Directory.Exists(Root)
        ? null
        : Directory.GetDirectories(Root)
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsPostgres() => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--inh-caps=-all"]
        : [];

    private NpgsqlConnectionStringBuilder ConnectionTo(string database) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = "postgres",
        Password = _password,
        IncludeErrorDetail = true,
    };

    private async Task<bool> StartAsync(string binaries, string data)
    {
        string[] server = [.. AsPostgres(), Path.Combine(binaries, "postgres"), "-D", data, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=100"];
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = _folder };
        foreach (var argument in (string[])["-c", Hold, "sh", Path.Combine(_folder, "server.log"), .. server])
        {
            start.ArgumentList.Add(argument);
        }

        _server = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionTo("postgres").ToString());
                await connection.OpenAsync(deadline.Token);
                return true;
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }

        await StopAsync();
        return false;
    }

    private async Task StopAsync()
    {
        if (_server is null)
        {
            return;
        }

        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    private Task RunAsync(string[] command) => RunAsync(command[0], command[1..]);

    private async Task RunAsync(string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} failed: {await output}{await error}");
        }
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
