using ActorEvents.Journal.Schema;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Journal.Recovery;

internal sealed class SqliteRecoverySession : RecoverySession
{
    internal const string NewestSnapshot = "SELECT sequence_number, snapshot, manifest, serializer_id FROM snapshot WHERE persistence_id = @id ORDER BY sequence_number DESC LIMIT 1";

    internal const string RowsBehind = """
        SELECT sequence_number, deleted, identifier, manifest, message FROM journal
        WHERE persistence_id = @id AND sequence_number > @after ORDER BY sequence_number
        """;

    private readonly SqliteCommand _snapshot;
    private readonly SqliteCommand _rows;

    public SqliteRecoverySession(SqliteConnection connection)
        : base(connection)
    {
        _snapshot = connection.CreateCommand();
        _snapshot.CommandText = NewestSnapshot;
        _snapshot.Parameters.Add("@id", SqliteType.Text);
        _rows = connection.CreateCommand();
        _rows.CommandText = RowsBehind;
        _rows.Parameters.Add("@id", SqliteType.Text);
        _rows.Parameters.Add("@after", SqliteType.Integer);
    }

    public override void Read(Queue<RecoveryRead> reads)
    {
        while (reads.TryPeek(out var read))
        {
            var snapshot = read.After is null ? Newest(read.PersistenceId) : null;
            var rows = Rows(read.PersistenceId, snapshot?.Number ?? read.After ?? 0, out var complete);
            Answer(read, snapshot, rows, complete);
            reads.Dequeue();
        }
    }

    public override void Dispose()
    {
        _snapshot.Dispose();
        _rows.Dispose();
        base.Dispose();
    }

    private StoredSnapshot? Newest(string persistenceId)
    {
        _snapshot.Parameters[0].Value = persistenceId;
        using var reader = _snapshot.ExecuteReader();
        return reader.Read() ? Snapshot(reader, 0) : null;
    }

    private List<StoredRow> Rows(string persistenceId, long after, out bool complete)
    {
        var (rows, bytes) = (new List<StoredRow>(), 0L);
        _rows.Parameters[0].Value = persistenceId;
        _rows.Parameters[1].Value = after;
        using var reader = _rows.ExecuteReader();
        while (rows.Count < PartRows && bytes < PartBytes)
        {
            if (!reader.Read())
            {
                complete = true;
                return rows;
            }

            rows.Add(Row(reader, 0));
            bytes += rows[^1].Message?.Length ?? 0;
        }

        complete = false;
        return rows;
    }
}
