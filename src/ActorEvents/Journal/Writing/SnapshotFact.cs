using System.Data.Common;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Writing;

/// <summary>A snapshot of an entity; those before it go.</summary>
/// <param name="sequenceNumber">Of the last row that it holds.</param>
/// <param name="bytes">An <see cref="EntitySnapshot"/>, serialized.</param>
/// <param name="failed">Told why it is not stored.</param>
internal sealed class SnapshotFact(string persistenceId, long sequenceNumber, byte[] bytes, TimeProvider time, Action<Exception> failed) : StatementFact
{
    private static readonly string s_upsert = $"""
        INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
        VALUES (@id, @number, @created, @snapshot, '{EntitySnapshot.Manifest}', {JournalSerializer.Id})
        ON CONFLICT (persistence_id, sequence_number)
        DO UPDATE SET created = excluded.created, snapshot = excluded.snapshot, manifest = excluded.manifest, serializer_id = excluded.serializer_id
        """;

    public override int Bytes => bytes.Length;

    public override void Write(DbTransaction transaction)
    {
        using var upsert = transaction.Command(
            s_upsert, ("@id", persistenceId), ("@number", sequenceNumber), ("@created", time.GetUtcNow().UtcTicks), ("@snapshot", bytes));
        upsert.ExecuteNonQuery();
        using var delete = transaction.Command(
            "DELETE FROM snapshot WHERE persistence_id = @id AND sequence_number < @number", ("@id", persistenceId), ("@number", sequenceNumber));
        delete.ExecuteNonQuery();
    }

    public override void Durable()
    {
        // Nobody waits for it.
    }

    public override void Failed(Exception cause) => failed(cause);
}
