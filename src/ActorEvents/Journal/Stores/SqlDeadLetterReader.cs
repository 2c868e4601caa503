using ActorEvents.Journal.Entries.Wire;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Stores;

/// <summary>A row of <c>ae_dead_letters</c>.</summary>
/// <param name="Handler">Empty: no handler was concerned yet.</param>
/// <param name="StoredAt">RFC 3339, UTC.</param>
internal sealed record StoredDeadLetter(long Id, string Stream, long Position, string Handler, string Reason, string StoredAt, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]?>> Headers);

/// <summary>Dead letters of one stream and handler with one reason.</summary>
internal sealed record DeadLetterGroup(string Stream, string Handler, string Reason, long Count, string First, string Last);

/// <summary>What operators read of <c>ae_dead_letters</c>.</summary>
internal sealed class SqlDeadLetterReader(Dialect dialect)
{
    private const string Columns = "id, stream, position, handler, reason, stored_at, record_key, record_value, headers";

    /// <summary>Rows behind an id, ascending.</summary>
    /// <param name="stream">Beginning of the stream's name; it holds no wildcard of LIKE that is meant as one.</param>
    /// <param name="handler">Null: all.</param>
    public Task<List<StoredDeadLetter>> ListAsync(long after, string stream, string? handler, int limit, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(
                $"SELECT {Columns} FROM ae_dead_letters WHERE id > @after AND substr(stream, 1, @length) = @stream AND (@any = 1 OR handler = @handler) ORDER BY id LIMIT @limit",
                ("@after", after), ("@stream", stream), ("@length", stream.Length), ("@any", handler is null ? 1 : 0), ("@handler", handler ?? ""), ("@limit", limit));
            return await command.RowsAsync(Row, token);
        },
        cancellationToken);

    /// <summary>Null: there is none.</summary>
    public Task<StoredDeadLetter?> FindAsync(long id, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command($"SELECT {Columns} FROM ae_dead_letters WHERE id = @id", ("@id", id));
            return (await command.RowsAsync(Row, token)).FirstOrDefault();
        },
        cancellationToken);

    /// <summary>How many there are of what, most first. Reads the whole table.</summary>
    public Task<List<DeadLetterGroup>> GroupsAsync(int limit, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(
                "SELECT stream, handler, reason, count(*), min(stored_at), max(stored_at) FROM ae_dead_letters GROUP BY stream, handler, reason ORDER BY count(*) DESC, stream, handler, reason LIMIT @limit",
                ("@limit", limit));
            return await command.RowsAsync(r => new DeadLetterGroup(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetString(4), r.GetString(5)), token);
        },
        cancellationToken);

    private static StoredDeadLetter Row(System.Data.Common.DbDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetString(3), r.GetString(4), r.GetString(5),
        r.IsDBNull(6) ? null : (byte[])r.GetValue(6),
        r.IsDBNull(7) ? null : (byte[])r.GetValue(7),
        [.. DeadLetterHeaders.Parser.ParseFrom((byte[])r.GetValue(8)).Headers.Select(h => KeyValuePair.Create(h.Name, h.HasValue ? h.Value.ToByteArray() : null))]);
}
