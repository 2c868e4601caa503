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
               set_config('idle_in_transaction_session_timeout', '4s', false),
               set_config('statement_timeout', '0', false),
               set_config('lock_timeout', '0', false)
        """;

    private static readonly string s_insert = $"""
        WITH rows AS (
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT $1, false, r.id, r.number, r.message, '{JournalEntry.Manifest}', {JournalSerializer.Id}, r.writer
            FROM unnest($2, $3, $4, $5) AS r(id, number, message, writer)
            WHERE {PostgresOrdering.Rises}
            RETURNING ordering)
        SELECT max(ordering) FROM rows
        """;

    private static readonly TimeSpan s_checkOrdering = TimeSpan.FromSeconds(30);

    private readonly PostgresDialect _dialect;
    private readonly TimeProvider _time;
    private readonly NpgsqlConnection _connection;
    private readonly Insert _insert;
    private readonly Insert _insertAndCommit;
    private long? _orderingAt;

    public PostgresWriteSession(PostgresDialect dialect, TimeProvider time)
        : this(dialect, dialect.Connect(Settings), time)
    {
    }

    private PostgresWriteSession(PostgresDialect dialect, NpgsqlConnection connection, TimeProvider time)
        : base(connection)
    {
        (_dialect, _connection, _time) = (dialect, connection, time);
        (_insert, _insertAndCommit) = (new Insert(connection, commits: false), new Insert(connection, commits: true));
    }

    public override long Write(IReadOnlyList<Fact> facts)
    {
        if (_orderingAt is not { } at || _time.GetElapsedTime(at) > s_checkOrdering)
        {
            CheckOrdering();
        }

        var rows = facts.OfType<RowFact>().ToArray();
        if (!facts.Any(f => f is StatementFact))
        {
            // Alone it is a transaction, in one round trip.
            return Written(_insert.Run(rows, _time));
        }

        using var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted);
        foreach (var fact in facts)
        {
            (fact as StatementFact)?.Write(transaction);
        }

        if (rows.Length > 0)
        {
            // The journal's lock is taken with the last round trip and let go with it: a node that hangs in between holds up nobody's rows.
            return Written(_insertAndCommit.Run(rows, _time));
        }

        transaction.Commit();
        return 0;
    }

    public override void Dispose()
    {
        _insert.Dispose();
        _insertAndCommit.Dispose();
        base.Dispose();
    }

    /// <summary>What of a transaction without its rows is written is written again with them.</summary>
    private long Written(long? last)
    {
        if (last is null)
        {
            CheckOrdering();
        }

        return last ?? throw _dialect.WrongOrdering("its sequence was changed, and changed back");
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

    /// <summary>All rows in one statement.</summary>
    private sealed class Insert : IDisposable
    {
        private readonly NpgsqlBatch _batch;
        private readonly NpgsqlParameter<long> _created = new();
        private readonly NpgsqlParameter<string[]> _ids = new();
        private readonly NpgsqlParameter<long[]> _numbers = new();
        private readonly NpgsqlParameter<byte[][]> _messages = new();
        private readonly NpgsqlParameter<string[]> _writers = new();
        private bool _isPrepared;

        /// <param name="commits">It ends the transaction that it runs in.</param>
        public Insert(NpgsqlConnection connection, bool commits)
        {
            _batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(s_insert) { Parameters = { _created, _ids, _numbers, _messages, _writers } } } };
            if (commits)
            {
                _batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            }
        }

        /// <returns>Ordering of the last row; null: none was written, because the sequence does not rise.</returns>
        public long? Run(RowFact[] rows, TimeProvider time)
        {
            var (ids, numbers, messages, writers) = (new string[rows.Length], new long[rows.Length], new byte[rows.Length][], new string[rows.Length]);
            for (var i = 0; i < rows.Length; i++)
            {
                (ids[i], numbers[i], messages[i], writers[i]) = (rows[i].PersistenceId, rows[i].SequenceNumber, rows[i].Message, rows[i].Writer);
            }

            _created.TypedValue = time.GetUtcNow().UtcTicks;
            _ids.TypedValue = ids;
            _numbers.TypedValue = numbers;
            _messages.TypedValue = messages;
            _writers.TypedValue = writers;
            if (!_isPrepared)
            {
                _batch.Prepare();
                _isPrepared = true;
            }

            using var reader = _batch.ExecuteReader();
            reader.Read();
            var last = reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0);
            while (reader.NextResult())
            {
                // What the commit has to say is thrown here.
            }

            return last;
        }

        public void Dispose() => _batch.Dispose();
    }
}
