using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal.Stores;

/// <inheritdoc cref="IClusterStore"/>
internal sealed class SqlClusterStore(Dialect dialect, JournalWriter writer) : IClusterStore
{
    private const string Read = "SELECT value FROM ae_meta WHERE name = 'cluster'";

    public Task<ClusterRecord?> ReadAsync(CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(Read);
            return ClusterRecord.Parse((string?)await command.ExecuteScalarAsync(token));
        },
        cancellationToken);

    public Task<bool> ReplaceAsync(ClusterRecord? expected, ClusterRecord record, CancellationToken cancellationToken) => writer.WriteAsync(
        transaction =>
        {
            using var write = expected is null
                ? transaction.Command("INSERT INTO ae_meta (name, value) VALUES ('cluster', @value) ON CONFLICT (name) DO NOTHING", ("@value", record.ToString()))
                : transaction.Command("UPDATE ae_meta SET value = @value WHERE name = 'cluster' AND value = @expected", ("@value", record.ToString()), ("@expected", expected.ToString()));
            if (write.ExecuteNonQuery() > 0)
            {
                return true;
            }

            // A transaction whose outcome was unknown is written again: this may be what it wrote the first time.
            using var read = transaction.Command(Read);
            return (string?)read.ExecuteScalar() == record.ToString();
        },
        cancellationToken);
}
