using System.Data.Common;
using ActorEvents.Journal;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace ActorEvents.Benchmarks.Journals;

/// <summary>What a program without a framework would write: one row an event into the journal's table, with its indexes, many rows in one transaction.</summary>
internal sealed class RawInserts : IAsyncDisposable
{
    private const string Manifest = "entry";
    private readonly DbConnection _connection;
    private readonly string _scope;
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);

    private RawInserts(DbConnection connection)
    {
        _connection = connection;
        _scope = Guid.NewGuid().ToString("N")[..8];
    }

    /// <summary>Makes the journal's tables if they are not there.</summary>
    public static async Task<RawInserts> OpenAsync(JournalOptions options)
    {
        await using (await JournalDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None))
        {
            // Only its tables are wanted.
        }

        DbConnection connection = options.Provider == JournalProvider.Sqlite
            ? new SqliteConnection($"Data Source={options.SqliteFile};Pooling=False")
            : new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync();
        if (connection is SqliteConnection)
        {
            await using var pragmas = connection.CreateCommand();
            pragmas.CommandText = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL;";
            await pragmas.ExecuteNonQueryAsync();
        }

        return new RawInserts(connection);
    }

    /// <summary>One transaction, durable when it returns.</summary>
    public void Insert(ReadOnlySpan<string> keys, byte[] message)
    {
        var ids = new string[keys.Length];
        var sequences = new long[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            ids[i] = $"raw/{_scope}/{keys[i]}";
            sequences[i] = _sequences[keys[i]] = _sequences.GetValueOrDefault(keys[i]) + 1;
        }

        if (_connection is SqliteConnection sqlite)
        {
            Insert(sqlite, ids, sequences, message);
        }
        else
        {
            Insert((NpgsqlConnection)_connection, ids, sequences, message);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void Insert(SqliteConnection connection, string[] ids, long[] sequences, byte[] message)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES (@created, 0, @id, @sequence, @message, @manifest, 17, '')
            """;
        command.Parameters.AddWithValue("@created", 1L);
        var id = command.Parameters.Add("@id", SqliteType.Text);
        var sequence = command.Parameters.Add("@sequence", SqliteType.Integer);
        command.Parameters.AddWithValue("@message", message);
        command.Parameters.AddWithValue("@manifest", Manifest);
        command.Prepare();
        for (var i = 0; i < ids.Length; i++)
        {
            id.Value = ids[i];
            sequence.Value = sequences[i];
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static void Insert(NpgsqlConnection connection, string[] ids, long[] sequences, byte[] message)
    {
        using var transaction = connection.BeginTransaction();
        using var command = new NpgsqlCommand(
            """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT 1, false, r.id, r.sequence, r.message, $4, 17, '' FROM unnest($1, $2, $3) AS r(id, sequence, message)
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new NpgsqlParameter { Value = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter { Value = sequences, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter { Value = Enumerable.Repeat(message, ids.Length).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new NpgsqlParameter { Value = Manifest, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
