using System.Diagnostics;
using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using ActorEvents.Tests.Kafka;
using Npgsql;

namespace ActorEvents.Tests.Journal.Schema;

/// <summary>PgBouncer between a node and its server: one that divides sessions is refused, by its name and the cure.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PoolerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Program = "/usr/sbin/pgbouncer";

    // It ends when this process ends, however it ends. Not by INT or QUIT, which a shell has its jobs ignore.
    private const string Hold = """log=$1; shift; "$@" </dev/null >"$log" 2>&1 & server=$!; read -r _; kill -TERM $server; wait $server""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ae-pooler-");
    private Process? _pooler;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_pooler is not null)
        {
            await HeldServer.LetGoAsync(_pooler);
        }

        _folder.Delete(recursive: true);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task One_that_gives_each_transaction_another_session_is_refused(int poolSize)
    {
        await using var place = await BehindAsync("transaction", poolSize);
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(place.OpenAsync);
        Assert.Contains("a pooler that gives each transaction another session (PgBouncer: pool_mode = transaction)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Host and Port", refused.Message, StringComparison.Ordinal);
        Assert.Contains("pool_mode = session", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task One_that_takes_no_transactions_is_refused()
    {
        await using var place = await BehindAsync("statement", 5);
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(place.OpenAsync);
        Assert.Contains("statement", refused.Message, StringComparison.Ordinal);
        Assert.Contains("pool_mode = session", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The refusal named the parameter, but neither the pooler nor what to do.</summary>
    [SkippableTheory]
    [InlineData("search_path", "Search Path", "events")]
    [InlineData("options", "Options", "-c lock_timeout=5000")]
    public async Task What_it_does_not_pass_on_is_named_with_the_cure(string parameter, string keyword, string value)
    {
        await using var place = await BehindAsync("session", 20, c => c[keyword] = value);
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(place.OpenAsync);
        Assert.Equal(JournalProblem.Setting, refused.Problem);
        Assert.Contains($"parameter: {parameter}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER ROLE", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task One_that_keeps_sessions_is_as_good_as_none()
    {
        await using var place = await BehindAsync("session", 20);
        await using var journal = await place.OpenAsync();
        await EntityJournalFacts.WriteAsync(journal, "e", 1, EntityJournalFacts.Entry("1"));
        Assert.Equal(1, await journal.Reader.HighestOrderingAsync(CancellationToken.None));
    }

    private async Task<PostgresTestJournal> BehindAsync(string mode, int poolSize, Action<NpgsqlConnectionStringBuilder>? more = null)
    {
        Servers.Require(File.Exists(Program) ? null : $"PgBouncer is not installed at {Program} (Debian: apt-get install pgbouncer).");
        var direct = await postgres.NewDatabaseAsync();
        var port = FreePorts.Find(1);
        var settings = Path.Combine(_folder.FullName, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            {direct.Database} = host=127.0.0.1 port={direct.Port} user={direct.Username} password={direct.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = {poolSize}
            ignore_startup_parameters = extra_float_digits
            """));
        string[] asNobody = [];
        if (Environment.IsPrivilegedProcess)
        {
            asNobody = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--inh-caps=-all"];
            using var chown = Process.Start("chown", ["-R", "postgres", _folder.FullName]);
            await chown.WaitForExitAsync();
        }

        _pooler = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Hold, "sh", Path.Combine(_folder.FullName, "log"), .. asNobody, Program, settings])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        var through = new NpgsqlConnectionStringBuilder(direct.ToString()) { Port = port };
        await Poll.UntilAsync(async () =>
        {
            try
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(through.ToString()) { Pooling = false }.ToString());
                await connection.OpenAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
        more?.Invoke(through);
        return new PostgresTestJournal(through);
    }
}
