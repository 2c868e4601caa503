using System.Data;
using System.Data.Common;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Writing;

/// <summary>The writer's own connection. Calls block. One that failed is thrown away, but for a refusal that has left it open.</summary>
internal abstract class WriteSession(DbConnection connection) : IDisposable
{
    /// <summary>False: the connection was lost.</summary>
    public virtual bool IsOpen => connection.State == ConnectionState.Open;

    /// <summary>Writes all of it in one transaction, durable when it returns. Barriers are left out.</summary>
    /// <returns>Ordering of the last row; 0: no row was among them.</returns>
    public abstract long Write(IReadOnlyList<Fact> facts);

    /// <summary>Whether the journal has a row of this ordering.</summary>
    public virtual bool Has(long ordering)
    {
        using var command = connection.Command("SELECT 1 FROM journal WHERE ordering = @ordering", ("@ordering", ordering));
        return command.ExecuteScalar() is not null;
    }

    /// <summary>Whether this very row, by this writer, is in the journal.</summary>
    public virtual bool IsWritten(RowFact row)
    {
        using var command = connection.Command(
            "SELECT writer_uuid FROM journal WHERE persistence_id = @id AND sequence_number = @number", ("@id", row.PersistenceId), ("@number", row.SequenceNumber));
        return command.ExecuteScalar() is string writer && writer == row.Writer;
    }

    public virtual void Dispose() => connection.Dispose();
}
