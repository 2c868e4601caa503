using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// Makes and checks a journal's tables in PostgreSQL: one transaction under an advisory lock, so that nodes that start together do not meet.
/// </summary>
internal sealed class PostgresSchema(PostgresDialect dialect) : JournalSchema(dialect.Description, dialect.Blob)
{
    protected override string PluginTables => """
        CREATE TABLE IF NOT EXISTS journal (
            ordering BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
            created BIGINT NOT NULL,
            deleted BOOLEAN NOT NULL,
            persistence_id TEXT NOT NULL,
            sequence_number BIGINT NOT NULL,
            message BYTEA NOT NULL,
            manifest TEXT NULL,
            identifier INTEGER NULL,
            writer_uuid TEXT NULL,
            CONSTRAINT "PK_journal" PRIMARY KEY (ordering));
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id BIGINT NOT NULL,
            tag TEXT NOT NULL,
            sequence_nr BIGINT NOT NULL,
            persistence_id TEXT NOT NULL,
            CONSTRAINT "PK_tags" PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag);
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id TEXT NOT NULL,
            sequence_number BIGINT NOT NULL,
            created BIGINT NOT NULL,
            snapshot BYTEA NULL,
            manifest TEXT NULL,
            serializer_id INTEGER NULL,
            CONSTRAINT "PK_snapshot" PRIMARY KEY (persistence_id, sequence_number));
        """;

    /// <summary>Held by whoever makes or changes tables.</summary>
    private const string TakeStartLock = "SELECT pg_advisory_xact_lock(1095058000)";

    protected override string OtherPlace =>
        $"It is the first of that name on the search path. If it is other software's, name a schema of your own ('Search Path=…' in {SettingNames.ConnectionString}) or use another database; else migrate the table.";

    protected override string UniqueIndex => "ALTER TABLE journal ADD CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)";

    protected override string Identity => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    private const string LockClass = "(1095058000::bigint << 32)";

    // Whoever inserts into the journal, the stock plugin too, takes the journal's lock before its first number is drawn and holds it until its rows
    // are visible. So "ordering" is the order of commits: a reader that has seen a number will never meet a lower one later.
    private const string CommitOrder = $"""
        CREATE OR REPLACE FUNCTION ae_commit_order() RETURNS trigger LANGUAGE plpgsql AS $function$
        BEGIN
            PERFORM pg_advisory_xact_lock({LockClass} | TG_RELID::bigint);
            RETURN NULL;
        END
        $function$;
        DROP TRIGGER IF EXISTS ae_commit_order ON journal;
        CREATE TRIGGER ae_commit_order BEFORE INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION ae_commit_order();
        """;

    /// <summary>The lock that the trigger takes.</summary>
    public const string TakeJournalLock = $"SELECT pg_advisory_xact_lock({LockClass} | 'journal'::regclass::oid::bigint); ";

    /// <summary>Who holds that lock, in words.</summary>
    public const string LockHolder = """
        SELECT DISTINCT format('%s (user %s, application "%s", client %s, %s for %s s)', a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local'), a.state,
            extract(epoch FROM clock_timestamp() - a.state_change)::bigint)
        FROM pg_stat_activity w CROSS JOIN unnest(pg_blocking_pids(w.pid)) AS blocking(pid) JOIN pg_stat_activity a ON a.pid = blocking.pid
        WHERE w.usename = current_user AND w.datname = current_database() AND w.wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(a.pid)) = 0
        """;

    private const string HasTrigger =
        "SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = 'journal'::regclass AND tgname = 'ae_commit_order' AND tgenabled IN ('O', 'A'))";

    private const string HasUniqueIndex = """
        SELECT EXISTS (
            SELECT 1 FROM pg_index i
            WHERE i.indrelid = 'journal'::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indnkeyatts = 2
              AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text)
                   FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:1]))
                  = ARRAY['persistence_id', 'sequence_number'])
        """;

    public async Task<JournalIdentity> PrepareAsync(SchemaSteps steps, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dialect.ConnectAsync(cancellationToken);
            if (await PostgresPooler.DividesSessionsAsync(connection, () => dialect.ConnectAsync(cancellationToken), cancellationToken))
            {
                throw new JournalUnavailableException(
                    JournalProblem.Setting,
                    $"The {dialect.Description} is reached through a pooler that gives each transaction another session (PgBouncer: pool_mode = transaction). A session of the journal has settings that its promise needs, "
                    + $"and prepared statements. Name the server itself in Host and Port of {SettingNames.ConnectionString}, or have the pooler keep sessions for it (pool_mode = session).");
            }

            JournalIdentity identity;
            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
            {
                await transaction.ExecuteAsync(TakeStartLock, cancellationToken);
                identity = await MakeAsync(transaction, steps, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            // Not under the lock of appends: who appends has locked the table before, and a step that changes it would wait for them as they for it.
            var upgrade = new SchemaUpgrade(steps, dialect.Description, TakeStartLock, step => step.Postgres, e => Translate((NpgsqlException)e), logger);
            await upgrade.RunAsync(connection, cancellationToken);
            return identity;
        }
        catch (NpgsqlException e)
        {
            throw Translate(e);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            throw Unreachable(e);
        }
    }

    protected override Task<bool> ExistsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken) =>
        IsTrueAsync(transaction, $"SELECT to_regclass('{table}') IS NOT NULL", cancellationToken);

    protected override async Task<string> FullNameAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command($"SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('{table}')");
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? table;
    }

    protected override Task<bool> HasUniqueIndexAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        IsTrueAsync(transaction, HasUniqueIndex, cancellationToken);

    protected override async Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (!await IsTrueAsync(transaction, HasTrigger, cancellationToken))
        {
            await transaction.ExecuteAsync(CommitOrder, cancellationToken);
        }

        await using var command = transaction.Command(PostgresOrdering.Question);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken) && PostgresOrdering.Problem(reader) is { } problem)
        {
            throw WrongOrdering(problem);
        }
    }

    /// <summary>The numbers of rows would not be the order of commits, or fail.</summary>
    public JournalUnavailableException WrongOrdering(string problem) => new(JournalProblem.Refused, $"The {dialect.Description} cannot number its rows: {problem}.");

    protected override bool IsMissingColumn(DbException e) => e.SqlState is PostgresErrorCodes.UndefinedColumn;

    private static async Task<bool> IsTrueAsync(DbTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>With the server and what to do.</summary>
    public JournalUnavailableException Translate(NpgsqlException e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } p => new(
            JournalProblem.Denied,
            $"The {dialect.Description} refuses this user or password: {p.MessageText}. Correct Username and Password in {SettingNames.ConnectionString}, or let the user in (ALTER ROLE … LOGIN, pg_hba.conf).",
            e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p => new(
            JournalProblem.Denied,
            $"The {dialect.Description} gives this user too few rights: {p.MessageText}. It needs CREATE on the schema at the first start (and what a new version's schema step needs), afterwards SELECT, INSERT, UPDATE and DELETE on the tables ({SettingNames.ConnectionString}).",
            e),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } p => new(
            JournalProblem.Unreachable,
            $"The {dialect.Description} is not there: {p.MessageText}. Create it (CREATE DATABASE …) or correct Database in {SettingNames.ConnectionString}.",
            e),
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresOrdering.SequenceEnded } p => WrongOrdering($"{p.MessageText}. Its sequence is looked at again within a minute"),
        PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } p => new(
            JournalProblem.Setting,
            $"The {dialect.Description} is reached through a pooler that refuses something: {p.MessageText}. A pooler must keep sessions (PgBouncer: pool_mode = session); what it does not pass on (Search Path, Options) "
            + $"is set for the user (ALTER ROLE … SET …) and taken out of {SettingNames.ConnectionString}. Or name the server itself in Host and Port.",
            e),
        PostgresException p => new(
            JournalProblem.Failed,
            $"The {dialect.Description} cannot be used: {p.MessageText} (SQLSTATE {p.SqlState}; setting {SettingNames.ConnectionString}).",
            e),
        { InnerException: SocketException or TimeoutException or IOException } => Unreachable(e),
        _ => new(JournalProblem.Failed, $"The {dialect.Description} cannot be used ({SettingNames.ConnectionString}): {e.Message}", e),
    };

    public JournalUnavailableException Unreachable(Exception e) => new(
        JournalProblem.Unreachable,
        $"No answer from the {dialect.Description}: {(e.InnerException ?? e).Message.TrimEnd('.')}. Start the server, or correct Host and Port in {SettingNames.ConnectionString}.",
        e);
}
