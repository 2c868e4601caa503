using System.Data.Common;
using System.Globalization;
using System.Runtime.Serialization;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Recovery;

/// <summary>A connection that reads what entities recover from. Calls block. One that failed is thrown away.</summary>
internal abstract class RecoverySession(DbConnection connection) : IDisposable
{
    /// <summary>A part of an entity has at most so many rows, and ends behind the one that makes it this size.</summary>
    protected const int PartRows = 500;

    protected const long PartBytes = 4L << 20;

    protected DbConnection Connection => connection;

    /// <summary>Reads all of them, each as far as a part goes; who is answered is taken out.</summary>
    /// <exception cref="DbException">Nothing more can be read; who is still there is to be read again.</exception>
    public abstract void Read(Queue<RecoveryRead> reads);

    public virtual void Dispose() => connection.Dispose();

    /// <summary>Columns from <paramref name="at"/> on: number, snapshot, manifest, serializer.</summary>
    protected static StoredSnapshot Snapshot(DbDataReader reader, int at) => new(
        reader.GetInt64(at), reader.GetValue(at + 1) as byte[], reader.IsDBNull(at + 2) ? "" : reader.GetString(at + 2), reader.IsDBNull(at + 3) ? 0 : reader.GetInt32(at + 3));

    /// <summary>Columns from <paramref name="at"/> on: number, deleted, serializer, manifest, message.</summary>
    protected static StoredRow Row(DbDataReader reader, int at) => new(
        reader.GetInt64(at), reader.GetBoolean(at + 1), reader.IsDBNull(at + 2) ? 0 : reader.GetInt32(at + 2), reader.IsDBNull(at + 3) ? "" : reader.GetString(at + 3), reader.GetValue(at + 4) as byte[]);

    /// <summary>Decodes, and answers.</summary>
    /// <param name="complete">Nothing is behind the last of these rows.</param>
    protected static void Answer(RecoveryRead read, StoredSnapshot? snapshot, IReadOnlyList<StoredRow> rows, bool complete)
    {
        RecoveredPart part;
        try
        {
            var state = snapshot is { } s ? Decode<EntitySnapshot>(s.Message, s.Serializer, s.Manifest, $"The snapshot at {Text(s.Number)}") : null;
            JournalEntry[] entries = [.. rows.Where(r => !r.Deleted).Select(r => Decode<JournalEntry>(r.Message, r.Serializer, r.Manifest, $"Row {Text(r.Number)}"))];
            part = new RecoveredPart(state, entries, rows.Count > 0 ? rows[^1].Number : snapshot?.Number ?? read.After ?? 0, complete);
        }
        catch (SerializationException e)
        {
            read.Failed(e);
            return;
        }

        read.Read(part);
    }

    private static T Decode<T>(byte[]? bytes, int serializer, string manifest, string what) => serializer != JournalSerializer.Id
        ? throw new SerializationException(string.Create(CultureInfo.InvariantCulture, $"{what} is not of ours: serializer {serializer}, manifest '{manifest}'."))
        : bytes is null ? throw new SerializationException($"{what} holds no bytes.")
        : JournalSerializer.Read(bytes, manifest) is T read ? read : throw new SerializationException($"{what} has the manifest '{manifest}'.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Message">Null: the column holds something else.</param>
    protected readonly record struct StoredSnapshot(long Number, byte[]? Message, string Manifest, int Serializer);

    /// <param name="Deleted">What the stock plugin leaves of the last row that it deletes, for its number.</param>
    /// <param name="Message">Null: the column holds something else.</param>
    protected readonly record struct StoredRow(long Number, bool Deleted, int Serializer, string Manifest, byte[]? Message);
}
