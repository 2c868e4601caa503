using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Journal.Writing;

internal sealed class SqliteWriteSession : WriteSession
{
    private readonly SqliteDialect _dialect;
    private readonly TimeProvider _time;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter _created;
    private readonly SqliteParameter _id;
    private readonly SqliteParameter _number;
    private readonly SqliteParameter _message;
    private readonly SqliteParameter _writer;

    public SqliteWriteSession(SqliteDialect dialect, TimeProvider time)
        : this(dialect, dialect.Connect(), time)
    {
    }

    private SqliteWriteSession(SqliteDialect dialect, SqliteConnection connection, TimeProvider time)
        : base(connection)
    {
        (_dialect, _connection, _time) = (dialect, connection, time);
        _insert = connection.CreateCommand();
        _insert.CommandText = $"""
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES (@created, 0, @id, @number, @message, '{JournalEntry.Manifest}', {JournalSerializer.Id}, @writer)
            """;
        _created = _insert.Parameters.Add("@created", SqliteType.Integer);
        _id = _insert.Parameters.Add("@id", SqliteType.Text);
        _number = _insert.Parameters.Add("@number", SqliteType.Integer);
        _message = _insert.Parameters.Add("@message", SqliteType.Blob);
        _writer = _insert.Parameters.Add("@writer", SqliteType.Text);
    }

    public override long Write(IReadOnlyList<Fact> facts)
    {
        _dialect.RefuseDeleted();
        using var transaction = _connection.BeginTransaction(deferred: false);
        _insert.Transaction = transaction;
        _created.Value = _time.GetUtcNow().UtcTicks;
        var last = 0L;
        foreach (var fact in facts)
        {
            if (fact is RowFact row)
            {
                _id.Value = row.PersistenceId;
                _number.Value = row.SequenceNumber;
                _message.Value = row.Message;
                _writer.Value = row.Writer;
                _insert.ExecuteNonQuery();
                last = SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle);
            }
        }

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
}
