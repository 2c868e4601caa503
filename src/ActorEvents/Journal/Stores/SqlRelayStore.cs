using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal.Stores;

/// <summary>Tables <c>ae_relay_lease</c> (the epoch, one row) and <c>ae_relay</c> (the places).</summary>
internal sealed class SqlRelayStore(Dialect dialect, JournalWriter writer) : IRelayStore
{
    private const string Upsert = """
        INSERT INTO ae_relay (destination, topic_id, ordering, epoch) VALUES (@destination, @topic, @ordering, @epoch)
        ON CONFLICT (destination, topic_id) DO UPDATE SET ordering = excluded.ordering, epoch = excluded.epoch
        """;

    public Task<long> TakeLeaseAsync(CancellationToken cancellationToken) => writer.WriteAsync(
        transaction =>
        {
            using var raise = transaction.Command("UPDATE ae_relay_lease SET epoch = epoch + 1 WHERE one = 1");
            raise.ExecuteNonQuery();
            using var read = transaction.Command("SELECT epoch FROM ae_relay_lease WHERE one = 1");
            return read.Number();
        },
        cancellationToken);

    public Task<long> ReadPlaceAsync(string destination, string topicId, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(
                "SELECT ordering FROM ae_relay WHERE destination = @destination AND topic_id = @topic",
                ("@destination", destination),
                ("@topic", topicId));
            return await command.NumberAsync(token);
        },
        cancellationToken);

    public Task<bool> StorePlacesAsync(long epoch, IReadOnlyList<RelayPlace> places, CancellationToken cancellationToken) => writer.WriteAsync(
        transaction =>
        {
            // The row stays locked until the places are in: a newer relay that takes the lease meanwhile reads them all or finds them refused.
            using var lease = transaction.Command("SELECT epoch FROM ae_relay_lease WHERE one = 1" + dialect.ForUpdate);
            if (lease.Number() != epoch)
            {
                return false;
            }

            foreach (var place in places)
            {
                using var command = transaction.Command(
                    Upsert,
                    ("@destination", place.Destination),
                    ("@topic", place.TopicId),
                    ("@ordering", place.Ordering),
                    ("@epoch", epoch));
                command.ExecuteNonQuery();
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<RelayPlace>> ListAsync(CancellationToken cancellationToken) => dialect.ReadAsync<IReadOnlyList<RelayPlace>>(
        async (connection, token) =>
        {
            await using var command = connection.Command("SELECT destination, topic_id, ordering FROM ae_relay ORDER BY destination, topic_id");
            return await command.RowsAsync(r => new RelayPlace(r.GetString(0), r.GetString(1), r.GetInt64(2)), token);
        },
        cancellationToken);
}
