using System.Data;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;
using Npgsql;

namespace ActorEvents.Journal.Writing;

internal sealed class PostgresWriteSession : WriteSession
{
    // What the promise needs and a role or a database may have set otherwise: an acknowledged row is on disk, and a session that hangs in a transaction does not keep
    // the journal's lock for ever.
    private const string Settings = """
        SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
               set_config('default_transaction_isolation', 'read committed', false),
               set_config('idle_in_transaction_session_timeout', '10s', false),
               set_config('statement_timeout', '0', false),
               set_config('lock_timeout', '0', false)
        """;

    private static readonly string s_insert = $"""
        WITH rows AS (
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT $1, false, r.id, r.number, r.message, '{JournalEntry.Manifest}', {JournalSerializer.Id}, r.writer
            FROM unnest($2, $3, $4, $5) AS r(id, number, message, writer)
            RETURNING ordering)
        SELECT max(ordering) FROM rows
        """;

    private static readonly TimeSpan s_checkOrdering = TimeSpan.FromSeconds(30);

    private readonly PostgresDialect _dialect;
    private readonly TimeProvider _time;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _insert;
    private readonly NpgsqlParameter<long> _created = new();
    private readonly NpgsqlParameter<string[]> _ids = new();
    private readonly NpgsqlParameter<long[]> _numbers = new();
    private readonly NpgsqlParameter<byte[][]> _messages = new();
    private readonly NpgsqlParameter<string[]> _writers = new();
    private long? _orderingAt;

    public PostgresWriteSession(PostgresDialect dialect, TimeProvider time)
        : this(dialect, dialect.Connect(Settings), time)
    {
    }

    private PostgresWriteSession(PostgresDialect dialect, NpgsqlConnection connection, TimeProvider time)
        : base(connection)
    {
        (_dialect, _connection, _time) = (dialect, connection, time);
        _insert = new NpgsqlCommand(s_insert, connection) { Parameters = { _created, _ids, _numbers, _messages, _writers } };
    }

    public override long Write(IReadOnlyList<Fact> facts)
    {
        if (_orderingAt is not { } at || _time.GetElapsedTime(at) > s_checkOrdering)
        {
            CheckOrdering();
        }

        var rows = facts.Count(f => f is RowFact);
        if (!facts.Any(f => f is StatementFact))
        {
            // Alone it is a transaction, in one round trip.
            return Insert(facts, rows);
        }

        using var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var last = rows > 0 ? Insert(facts, rows) : 0;
        foreach (var fact in facts)
        {
            (fact as StatementFact)?.Write(transaction);
        }

        transaction.Commit();
        return last;
    }

    public override void Dispose()
    {
        _insert.Dispose();
        base.Dispose();
    }

    /// <summary>Somebody may have changed the sequence at any time.</summary>
    private void CheckOrdering()
    {
        _orderingAt = _time.GetTimestamp();
        using var command = _connection.Command(PostgresOrdering.Question);
        using var reader = command.ExecuteReader();
        if (reader.Read() && PostgresOrdering.Problem(reader) is { } problem)
        {
            throw _dialect.WrongOrdering(problem);
        }
    }

    private long Insert(IReadOnlyList<Fact> facts, int count)
    {
        var (ids, numbers, messages, writers) = (new string[count], new long[count], new byte[count][], new string[count]);
        var at = 0;
        foreach (var fact in facts)
        {
            if (fact is RowFact row)
            {
                (ids[at], numbers[at], messages[at], writers[at]) = (row.PersistenceId, row.SequenceNumber, row.Message, row.Writer);
                at++;
            }
        }

        _created.TypedValue = _time.GetUtcNow().UtcTicks;
        _ids.TypedValue = ids;
        _numbers.TypedValue = numbers;
        _messages.TypedValue = messages;
        _writers.TypedValue = writers;
        if (!_insert.IsPrepared)
        {
            _insert.Prepare();
        }

        return _insert.Number();
    }
}
