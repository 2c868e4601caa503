using System.Diagnostics;
using System.Globalization;
using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal;

/// <summary>
/// A private PostgreSQL server from Debian's package, on a free loopback port, in a folder that goes away with it. It ends when this process ends,
/// however it ends: the shell that holds it reads our pipe.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Root = "/usr/lib/postgresql";

    // The server runs until standard input closes.
    private const string Hold = """log=$1; shift; "$@" </dev/null >"$log" 2>&1 & server=$!; read -r _; kill -INT $server; wait $server""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actor-events-pg-");
    private readonly string _password = Guid.NewGuid().ToString("N");
    private string[] _command = [];
    private Process? _server;

    private PostgresServer()
    {
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing => Binaries() is null ? $"PostgreSQL is not installed under {Root} (Debian: apt-get install postgresql)." : null;

    public int Port { get; private set; }

    /// <param name="settings">Of the server, <c>name=value</c>.</param>
    /// <exception cref="InvalidOperationException">It is not installed, or does not start.</exception>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var binaries = Binaries() ?? throw new InvalidOperationException(Missing);
        var server = new PostgresServer();
        try
        {
            await server.StartAsync(binaries, settings);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<NpgsqlConnectionStringBuilder> NewDatabaseAsync(string name)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres").ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    /// <summary>As <c>pg_ctl stop</c> does with <c>-m fast</c> (sessions are ended), or <c>-m immediate</c> (as if it had crashed).</summary>
    public async Task StopAsync(bool immediate)
    {
        if (immediate)
        {
            var process = (await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "data", "postmaster.pid")))[0];
            await RunAsync(["kill", "-QUIT", process]);
        }

        await StopAsync();
        await using var pooled = new NpgsqlConnection(ConnectionTo("postgres").ToString());
        NpgsqlConnection.ClearPool(pooled);
    }

    /// <summary>On the same port, after <see cref="StopAsync(bool)"/>.</summary>
    public async Task StartAgainAsync()
    {
        if (!await ServesAsync())
        {
            throw new InvalidOperationException("PostgreSQL did not start again: " + await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "server.log")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private static string? Binaries() => !Directory.Exists(Root)
        ? null
        : Directory.GetDirectories(Root)
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));

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

    private async Task StartAsync(string binaries, string[] settings)
    {
        var passwordFile = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(passwordFile, _password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "-R", "postgres", _folder.FullName]);
        }

        var data = Path.Combine(_folder.FullName, "data");
        await RunAsync(
            [.. AsPostgres(), Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "--pwfile", passwordFile,
                "--auth-host=scram-sha-256", "--auth-local=reject", "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync"]);
        var log = Path.Combine(_folder.FullName, "server.log");
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePorts.Find(1);
            _command = [
                "-c", Hold, "sh", log, .. AsPostgres(), Path.Combine(binaries, "postgres"), "-D", data, "-p", Port.ToString(CultureInfo.InvariantCulture),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", .. settings.SelectMany(s => new[] { "-c", s })];
            if (await ServesAsync())
            {
                return;
            }

            if (attempt == 3)
            {
                throw new InvalidOperationException("PostgreSQL did not start: " + await File.ReadAllTextAsync(log));
            }
        }
    }

    private async Task<bool> ServesAsync()
    {
        _server = Process.Start(new ProcessStartInfo("/bin/sh", _command) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = _folder.FullName })!;
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
        if (_server is not null)
        {
            await HeldServer.LetGoAsync(_server);
            _server = null;
        }
    }

    private async Task RunAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {await output}{await error}");
        }
    }
}
