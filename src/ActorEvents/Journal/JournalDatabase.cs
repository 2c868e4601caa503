using System.Runtime.CompilerServices;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Writing;
using ActorEvents.Telemetry;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql.Config;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Journal;

/// <summary>
/// The database that holds the journal and everything beside it. Opened before the actor system starts; what is missing is made then, in one
/// step that may be repeated and that several nodes may take at once.
/// </summary>
public sealed class JournalDatabase : IAsyncDisposable
{
    private readonly Dialect _dialect;
    private readonly JournalWriter _writer;
    private readonly RecoveryReader _recoveries;
    private readonly JournalCheck _check;
    private JournalMark? _mark;

    private JournalDatabase(Dialect dialect, JournalIdentity identity, TimeProvider time, ILogger logger)
    {
        _dialect = dialect;
        _writer = new JournalWriter(dialect, time, logger);
        _recoveries = new RecoveryReader(dialect, time, logger);
        _check = new JournalCheck(dialect, _writer, time);
        Entities = new EntityJournal(_writer, _recoveries);
        JournalId = identity.Id;
        Restores = identity.Restores;
        IsNew = identity.IsNew;
        Positions = new SqlPositionStore(dialect, _writer);
        DeadLetters = new SqlDeadLetterStore(dialect, _writer, time);
        Reader = History = new SqlJournalReader(dialect);
        Refused = new SqlDeadLetterReader(dialect);
        Relay = new SqlRelayStore(dialect, _writer);
        Names = new SqlNameStore(dialect, _writer);
        Cluster = new SqlClusterStore(dialect, _writer);
    }

    /// <summary>Made with the journal; the origin id of everything that its relay publishes, with the epoch behind it once the journal was restored.</summary>
    public string JournalId { get; }

    /// <summary>This call made the journal: say so, with its id.</summary>
    public bool IsNew { get; }

    /// <summary>Highest orderings at which the journal was found to have gone back, ascending: what stands behind each is published under another epoch.</summary>
    internal IReadOnlyList<long> Restores { get; private set; }

    /// <summary>Completes when the journal has lost rows while this node ran: the node must end.</summary>
    internal Task<JournalWentBackException> WentBack => _writer.WentBack;

    /// <summary>File, or host, port, database and user; never a password.</summary>
    public string Description => _dialect.Description;

    /// <summary>Attribute <c>db.system.name</c> of metrics and spans.</summary>
    internal string SystemName => _dialect.SystemName;

    public IPositionStore Positions { get; }

    internal IEntityJournal Entities { get; }

    internal IDeadLetterStore DeadLetters { get; }

    internal IJournalReader Reader { get; }

    /// <summary>Rows by entity, for operators.</summary>
    internal SqlJournalReader History { get; }

    /// <summary>Dead letters, for operators.</summary>
    internal SqlDeadLetterReader Refused { get; }

    internal IRelayStore Relay { get; }

    internal INameStore Names { get; }

    /// <summary>Which cluster works on this journal.</summary>
    internal IClusterStore Cluster { get; }

    /// <summary>Why the journal takes no writes, with its place and what to do; null: it does. Where nothing was written for a second, found by a write; answers within 2 s.</summary>
    public Task<string?> ProblemAsync(CancellationToken cancellationToken) => _check.ProblemAsync(cancellationToken);

    /// <summary>Rows in which something was rejected, in commit order, up to the journal's present end. Reads all rows behind <paramref name="after"/>.</summary>
    /// <param name="after">An ordering: the last row that is known already.</param>
    public async IAsyncEnumerable<JournalRow> RejectionsAsync(long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await Reader.ReadAsync(after, 1_000, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page.Where(r => r.Rejections.Count > 0))
            {
                yield return row;
            }

            after = page[^1].Ordering;
        }
    }

    /// <summary>How many records and events stand in <c>ae_dead_letters</c>.</summary>
    public Task<long> CountDeadLettersAsync(CancellationToken cancellationToken) => DeadLetters.CountAsync(cancellationToken);

    /// <summary>Akka's configuration for persistent actors of a host's own, on the same tables: plugins, serializers, dispatcher. Holds no connection string: <see cref="AkkaSetup"/> is needed with it.</summary>
    internal Config AkkaConfig => JournalHocon.For(_dialect);

    /// <summary>How Akka.Persistence.Sql connects; give it to the actor system together with <see cref="AkkaConfig"/>.</summary>
    internal Setup AkkaSetup
    {
        get
        {
            var setup = new MultiDataOptionsSetup();
            setup.AddDataOptions(JournalHocon.JournalPluginId, _dialect.JournalConnection());
            setup.AddDataOptions(JournalHocon.SnapshotPluginId, _dialect.SnapshotConnection());
            return setup;
        }
    }

    /// <summary>Connects, makes what is missing, brings the tables of an older version to this one, checks what is there.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be used; the message says why and what to change.</exception>
    public static Task<JournalDatabase> OpenAsync(JournalOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(options, time, NullLogger.Instance, cancellationToken);

    /// <inheritdoc cref="OpenAsync(JournalOptions, TimeProvider, CancellationToken)"/>
    /// <param name="logger">Told each change of the tables.</param>
    public static Task<JournalDatabase> OpenAsync(JournalOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        OpenAsync(options, time, SchemaSteps.Released, logger, cancellationToken);

    internal static async Task<JournalDatabase> OpenAsync(
        JournalOptions options, TimeProvider time, SchemaSteps steps, ILogger logger, CancellationToken cancellationToken)
    {
        Dialect dialect = options.Provider switch
        {
            JournalProvider.Sqlite when !string.IsNullOrWhiteSpace(options.ConnectionString) => throw new JournalUnavailableException(
                JournalProblem.Setting,
                $"{SettingNames.ConnectionString} is set, but provider = sqlite makes no use of it. Set {SettingNames.Section}.provider = postgresql, or leave it out."),
            JournalProvider.Sqlite => new SqliteDialect(Required(options.SqliteFile, SettingNames.SqliteFile, "sqlite"), options.SqliteSynchronous.ToString()),
            JournalProvider.Postgresql => new PostgresDialect(Required(options.ConnectionString, SettingNames.ConnectionString, "postgresql")),
            _ => throw new JournalUnavailableException(
                JournalProblem.Setting, $"{SettingNames.Section}.provider is '{options.Provider}'; it is sqlite or postgresql."),
        };
        var journal = new JournalDatabase(dialect, await dialect.PrepareAsync(steps, logger, cancellationToken), time, logger);
        try
        {
            await journal.KeepMarkAsync(options.MarkFile, time, logger, cancellationToken);
            return journal;
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes what was handed over and closes all connections (SQLite: and with the last one empties the WAL file). After the actor system has ended.</summary>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _recoveries.Dispose();
        _mark?.Dispose();
        _dialect.ClosePool();
        return ValueTask.CompletedTask;
    }

    private async Task KeepMarkAsync(string? file, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return;
        }

        var known = JournalMark.Read(file, JournalId);
        if (known > 0 && await _writer.WriteAsync(transaction => JournalEpochs.BeginIfLost(transaction, known), cancellationToken) is { } epochs)
        {
            Restores = epochs;
            Log.JournalRestored(logger, Description, known, epochs[^1], epochs.Count);
        }

        _mark = new JournalMark(file, JournalId, () => _writer.Highest, time);
    }

    private static string Required(string? value, string setting, string provider) => string.IsNullOrWhiteSpace(value)
        ? throw new JournalUnavailableException(JournalProblem.Setting, $"{setting} is empty; provider = {provider} needs it.")
        : value;
}
