using System.Data.Common;
using System.Globalization;
using System.Runtime.Serialization;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Stores;

/// <summary>Reads the table <c>journal</c> by <c>ordering</c>.</summary>
internal sealed class SqlJournalReader(Dialect dialect) : IJournalReader
{
    /// <summary>A page ends behind the row that comes to this many bytes of memory.</summary>
    private const long PageBytes = 16L << 20;

    /// <summary>Roughly, of the objects that one outgoing event is, beside its bytes. Small ones are mostly that.</summary>
    private const long OutgoingObjects = 512;

    public Task<IReadOnlyList<JournalRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        dialect.ReadAsync<IReadOnlyList<JournalRow>>(
            async (connection, token) =>
            {
                var rows = new List<JournalRow>();
                var bytes = 0L;
                await using var command = connection.Command(dialect.JournalPage, ("@after", after), ("@limit", (long)limit), ("@bytes", PageBytes));
                await using var reader = await command.ExecuteReaderAsync(token);
                while (bytes < PageBytes && await reader.ReadAsync(token))
                {
                    var message = (byte[])reader.GetValue(5);
                    var row = Decode(reader, message);
                    bytes += message.Length + (OutgoingObjects * (row.Entry?.Outgoing.Count ?? 0));
                    rows.Add(row);
                }

                return rows;
            },
            cancellationToken);

    /// <summary>Rows of one entity behind a sequence number, ascending.</summary>
    public Task<IReadOnlyList<JournalRow>> OfEntityAsync(string persistenceId, long after, int limit, CancellationToken cancellationToken) =>
        dialect.ReadAsync<IReadOnlyList<JournalRow>>(
            async (connection, token) =>
            {
                await using var command = connection.Command(
                    "SELECT ordering, persistence_id, sequence_number, identifier, manifest, message FROM journal WHERE persistence_id = @id AND sequence_number > @after ORDER BY sequence_number LIMIT @limit",
                    ("@id", persistenceId), ("@after", after), ("@limit", (long)limit));
                return await command.RowsAsync(r => Decode(r, (byte[])r.GetValue(5)), token);
            },
            cancellationToken);

    public Task<long> HighestOrderingAsync(CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command("SELECT coalesce(max(ordering), 0) FROM journal");
            return await command.NumberAsync(token);
        },
        cancellationToken);

    private static JournalRow Decode(DbDataReader reader, byte[] message)
    {
        var serializer = reader.IsDBNull(3) ? 0 : reader.GetInt32(3);
        var (entry, problem) = Decode(serializer, reader.IsDBNull(4) ? "" : reader.GetString(4), message);
        return new JournalRow(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), entry, problem)
        {
            Foreign = serializer != JournalSerializer.Id,
            Size = message.Length,
        };
    }

    private static (JournalEntry? Entry, string? Problem) Decode(int serializer, string manifest, byte[] message)
    {
        if (serializer != JournalSerializer.Id)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"Not of ours: serializer {serializer}, manifest '{manifest}'."));
        }

        try
        {
            return JournalSerializer.Read(message, manifest) is JournalEntry entry
                ? (entry, null)
                : (null, $"Not an entry: manifest '{manifest}'.");
        }
        catch (SerializationException e)
        {
            return (null, e.Message);
        }
    }
}
