using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ActorEvents.Benchmarks.Servers;

/// <summary>
/// A private PostgreSQL from Debian's package with fsync on, on a free loopback port, in a folder that goes away with it. It ends when this process ends,
/// however it ends: the shell that holds it reads our pipe.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Root = "/usr/lib/postgresql";
    private const string Hold = """log=$1; shift; "$@" </dev/null >"$log" 2>&1 & server=$!; read -r _; kill -INT $server; wait $server""";
    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly NpgsqlConnectionStringBuilder _connection;

    private PostgresServer(DirectoryInfo folder, Process process, NpgsqlConnectionStringBuilder connection)
    {
        _folder = folder;
        _process = process;
        _connection = connection;
    }

    /// <exception cref="InvalidOperationException">It is not installed, or does not start.</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var binaries = (Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            ?? throw new InvalidOperationException($"PostgreSQL is not installed under {Root} (Debian: apt-get install postgresql).");
        var folder = Directory.CreateTempSubdirectory("ae-bench-pg-");
        var password = Guid.NewGuid().ToString("N");
        var passwordFile = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(folder, ["chown", "-R", "postgres", folder.FullName]);
        }

        var data = Path.Combine(folder.FullName, "data");
        await RunAsync(
            folder,
            [.. AsPostgres(), Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "--pwfile", passwordFile,
                "--auth-host=scram-sha-256", "--auth-local=reject", "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync"]);
        var connection = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = FreePort(), Database = "postgres", Username = "postgres", Password = password };
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = folder.FullName };
        foreach (var argument in (string[])[
            "-c", Hold, "sh", Path.Combine(folder.FullName, "server.log"), .. AsPostgres(), Path.Combine(binaries, "postgres"), "-D", data,
            "-p", connection.Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
        {
            start.ArgumentList.Add(argument);
        }

        var server = new PostgresServer(folder, Process.Start(start)!, connection);
        await server.ReadyAsync();
        return server;
    }

    public async Task<string> NewDatabaseAsync(string name)
    {
        await using var connection = new NpgsqlConnection(_connection.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_connection.ToString()) { Database = name }.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(_connection.ToString());
                await connection.OpenAsync(deadline.Token);
                return;
            }
            catch (NpgsqlException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsPostgres() => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--inh-caps=-all"]
        : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(DirectoryInfo folder, string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
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
