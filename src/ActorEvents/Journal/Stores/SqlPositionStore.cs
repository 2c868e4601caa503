using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal.Stores;

/// <summary>Table <c>ae_positions</c>.</summary>
internal sealed class SqlPositionStore(Dialect dialect, JournalWriter writer) : IPositionStore
{
    private const string Raise = """
        INSERT INTO ae_positions (stream, next, resume) VALUES (@stream, @next, @resume)
        ON CONFLICT (stream) DO UPDATE SET next = excluded.next, resume = excluded.resume WHERE excluded.next > ae_positions.next
        """;

    public Task<CommittedPosition?> ReadAsync(string stream, CancellationToken cancellationToken) => dialect.ReadAsync<CommittedPosition?>(
        async (connection, token) =>
        {
            await using var command = connection.Command("SELECT next, resume FROM ae_positions WHERE stream = @stream", ("@stream", stream));
            var found = await command.RowsAsync(r => new CommittedPosition(stream, r.GetInt64(0), r.GetInt64(1)), token);
            return found.Count == 0 ? null : found[0];
        },
        cancellationToken);

    public Task RaiseAsync(IReadOnlyList<CommittedPosition> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
        {
            return Task.CompletedTask;
        }

        // By name, so that two nodes that raise the same streams lock their rows in one order.
        var ordered = positions.OrderBy(p => p.Stream, StringComparer.Ordinal).ToArray();
        return writer.WriteAsync(
            transaction =>
            {
                using var command = transaction.Command(Raise, ("@stream", ""), ("@next", 0L), ("@resume", 0L));
                foreach (var position in ordered)
                {
                    command.Parameters[0].Value = position.Stream;
                    command.Parameters[1].Value = position.Next;
                    command.Parameters[2].Value = position.Resume;
                    command.ExecuteNonQuery();
                }

                return true;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<CommittedPosition>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        dialect.ReadAsync<IReadOnlyList<CommittedPosition>>(
            async (connection, token) =>
            {
                // substr and not LIKE: a prefix may hold % and _, and SQLite's LIKE folds case.
                await using var command = connection.Command(
                    "SELECT stream, next, resume FROM ae_positions WHERE substr(stream, 1, length(@prefix)) = @prefix ORDER BY stream",
                    ("@prefix", prefix));
                return await command.RowsAsync(r => new CommittedPosition(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), token);
            },
            cancellationToken);
}
