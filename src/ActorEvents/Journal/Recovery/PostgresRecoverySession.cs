using ActorEvents.Journal.Schema;
using Npgsql;

namespace ActorEvents.Journal.Recovery;

/// <summary>Two questions for all that wait: their newest snapshots, their rows behind them. The n-th answer is the n-th one's.</summary>
internal sealed class PostgresRecoverySession : RecoverySession
{
    internal const string Snapshots = """
        SELECT r.n, s.* FROM unnest($1::text[]) WITH ORDINALITY AS r(id, n)
        CROSS JOIN LATERAL (
            SELECT sequence_number, snapshot, manifest, serializer_id FROM snapshot
            WHERE persistence_id = r.id ORDER BY sequence_number DESC LIMIT 1) s
        """;

    // The size before a row is known without reading its message: what does not fit is not sent.
    internal const string Rows = """
        SELECT r.n, j.* FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS r(id, after, n)
        CROSS JOIN LATERAL (
            SELECT sequence_number, deleted, identifier, manifest, message,
                   (SELECT max(sequence_number) FROM journal WHERE persistence_id = r.id) AS highest,
                   sum(octet_length(message)) OVER (ORDER BY sequence_number) - octet_length(message) AS before
            FROM (SELECT * FROM journal WHERE persistence_id = r.id AND sequence_number > r.after ORDER BY sequence_number LIMIT $3) page) j
        WHERE j.before < $4 ORDER BY r.n, j.sequence_number
        """;

    private readonly NpgsqlCommand _snapshots;
    private readonly NpgsqlCommand _rows;
    private readonly NpgsqlParameter<string[]> _snapshotIds = new();
    private readonly NpgsqlParameter<string[]> _ids = new();
    private readonly NpgsqlParameter<long[]> _after = new();

    public PostgresRecoverySession(NpgsqlConnection connection)
        : base(connection)
    {
        _snapshots = new NpgsqlCommand(Snapshots, connection) { Parameters = { _snapshotIds } };
        _rows = new NpgsqlCommand(Rows, connection)
        {
            Parameters = { _ids, _after, new NpgsqlParameter<int> { TypedValue = PartRows }, new NpgsqlParameter<long> { TypedValue = PartBytes } },
        };
    }

    public override void Read(Queue<RecoveryRead> reads)
    {
        RecoveryRead[] all = [.. reads];
        var snapshots = ReadSnapshots(all);
        var (rows, highest) = ReadRows(all, snapshots);
        for (var i = 0; i < all.Length; i++)
        {
            IReadOnlyList<StoredRow> own = rows[i] ?? [];
            Answer(all[i], snapshots[i], own, complete: own.Count == 0 || own[^1].Number >= highest[i]);
            reads.Dequeue();
        }
    }

    public override void Dispose()
    {
        _snapshots.Dispose();
        _rows.Dispose();
        base.Dispose();
    }

    private StoredSnapshot?[] ReadSnapshots(IReadOnlyList<RecoveryRead> reads)
    {
        var found = new StoredSnapshot?[reads.Count];
        int[] wanted = [.. Enumerable.Range(0, reads.Count).Where(i => reads[i].After is null)];
        if (wanted.Length > 0)
        {
            _snapshotIds.TypedValue = [.. wanted.Select(i => reads[i].PersistenceId)];
            using var reader = Execute(_snapshots);
            while (reader.Read())
            {
                found[wanted[reader.GetInt64(0) - 1]] = Snapshot(reader, 1);
            }
        }

        return found;
    }

    private (List<StoredRow>?[] Rows, long[] Highest) ReadRows(IReadOnlyList<RecoveryRead> reads, StoredSnapshot?[] snapshots)
    {
        var (rows, highest) = (new List<StoredRow>?[reads.Count], new long[reads.Count]);
        _ids.TypedValue = [.. reads.Select(r => r.PersistenceId)];
        _after.TypedValue = [.. reads.Select((r, i) => snapshots[i]?.Number ?? r.After ?? 0)];
        using var reader = Execute(_rows);
        while (reader.Read())
        {
            var at = reader.GetInt64(0) - 1;
            (rows[at] ??= []).Add(Row(reader, 1));
            highest[at] = reader.GetInt64(6);
        }

        return (rows, highest);
    }

    private static NpgsqlDataReader Execute(NpgsqlCommand command)
    {
        if (!command.IsPrepared)
        {
            command.Prepare();
        }

        return command.ExecuteReader();
    }
}
