using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Schema;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorEvents.Tests.Journal.Recovery;

/// <summary>What is asked all the time takes an index: how large the journal has grown does not matter.</summary>
[Collection(PostgresCollection.Name)]
public sealed class QueryPlanTests(PostgresFixture postgres)
{
    private static readonly string s_connectionString = "Host=nowhere;Username=nobody";

    [SkippableFact]
    public async Task No_question_to_PostgreSQL_scans_a_table()
    {
        await using var place = new PostgresTestJournal(await postgres.NewDatabaseAsync());
        await (await place.OpenAsync()).DisposeAsync();
        await place.ExecuteAsync("""
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) SELECT 0, false, 'p' || i % 500, i / 500 + 1, decode(repeat('00', 100), 'hex') FROM generate_series(0, 49999) i;
            INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot) SELECT 'p' || i % 500, i / 500 + 1, 0, decode(repeat('00', 100), 'hex') FROM generate_series(0, 4999) i;
            ANALYZE;
            """);
        await using var connection = new NpgsqlConnection(place.Connection.ToString());
        await connection.OpenAsync();

        Assert.Contains("Index", await ExplainAsync(PostgresRecoverySession.Snapshots, "ARRAY['p1', 'p2']"), StringComparison.Ordinal);
        Assert.Contains("Index", await ExplainAsync(PostgresRecoverySession.Rows, "ARRAY['p1', 'p2']", "ARRAY[5, 6]", "500", "4000000"), StringComparison.Ordinal);
        Assert.Contains("Index", await ExplainAsync(new PostgresDialect(s_connectionString).JournalPage.Replace("@after", "40000", StringComparison.Ordinal).Replace("@limit", "100", StringComparison.Ordinal).Replace("@bytes", "1000000", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Index", await ExplainAsync("SELECT coalesce(max(ordering), 0) FROM journal"), StringComparison.Ordinal);

        async Task<string> ExplainAsync(string sql, params string[] values)
        {
            for (var i = values.Length; i >= 1; i--)
            {
                sql = sql.Replace($"${i}", values[i - 1], StringComparison.Ordinal);
            }

            await using var command = connection.Command("EXPLAIN " + sql);
            var plan = string.Join('\n', await command.RowsAsync(r => r.GetString(0), CancellationToken.None));
            Assert.DoesNotContain("Seq Scan on journal", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on snapshot", plan, StringComparison.Ordinal);
            return plan;
        }
    }

    [Fact]
    public async Task No_question_to_SQLite_scans_a_table()
    {
        await using var place = new SqliteTestJournal();
        await (await place.OpenAsync()).DisposeAsync();
        await using var connection = new SqliteConnection($"Data Source={place.File};Pooling=False");
        await connection.OpenAsync();

        foreach (var sql in new[] { SqliteRecoverySession.NewestSnapshot, SqliteRecoverySession.RowsBehind, new SqliteDialect(place.File).JournalPage, "SELECT coalesce(max(ordering), 0) FROM journal" })
        {
            await using var command = connection.Command("EXPLAIN QUERY PLAN " + sql, ("@id", "p"), ("@after", 1L), ("@limit", 1L));
            var plan = string.Join('\n', await command.RowsAsync(r => r.GetString(3), CancellationToken.None));
            Assert.Contains("SEARCH", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        }
    }
}
