using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Tail;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ActorEvents.Tests.Journal.Tail;

[Collection(PostgresCollection.Name)]
public sealed class PostgresTailTests(PostgresFixture postgres)
{
    private const int Each = 150;

    [SkippableFact]
    public async Task Two_writers_are_read_in_the_order_of_their_commits_by_a_fast_and_a_slow_subscription()
    {
        await using var place = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await using var journal = await place.OpenAsync();
        await using var tail = new JournalTail(journal.Reader, TimeSpan.FromMilliseconds(20), TimeProvider.System, NullLogger.Instance);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var read = Task.WhenAll(ReadAsync(tail.Subscribe("fast", 0), deadline.Token), ReadAsync(tail.Subscribe("slow", 0, 3), deadline.Token));
        await Task.WhenAll(WriteAsync(place, "a"), WriteAsync(place, "b"));
        var expected = (await place.ScalarAsync("", "SELECT string_agg(ordering::text, ',' ORDER BY ordering) FROM journal"))!;
        Assert.All(await read, seen => Assert.Equal(expected, string.Join(',', seen)));
    }

    private static async Task<List<long>> ReadAsync(JournalSubscription subscription, CancellationToken cancellationToken)
    {
        var seen = new List<long>();
        while (seen.Count < 2 * Each)
        {
            seen.AddRange((await subscription.ReadAsync(cancellationToken)).Select(r => r.Ordering));
        }

        return seen;
    }

    private static Task WriteAsync(PostgresTestJournal place, string writer) => Task.Run(async () =>
    {
        await using var connection = new NpgsqlConnection(place.Connection.ToString());
        await connection.OpenAsync();
        for (var i = 0; i < Each; i++)
        {
            // Several rows a transaction, and a stay between number and commit.
            await using var transaction = await connection.BeginTransactionAsync();
            await using var insert = connection.Command(
                $"INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, false, @p, 1, ''); SELECT pg_sleep({i % 3 * 0.001})",
                ("@p", $"{writer}/{i}"));
            await insert.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    });
}
