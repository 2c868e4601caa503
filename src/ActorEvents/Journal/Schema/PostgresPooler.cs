using System.Globalization;
using Npgsql;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// Finds a pooler that gives each transaction another session of the server. The writer's session sets what its promise needs (an acknowledged row is on disk), and sessions prepare
/// statements: behind such a pooler both would be other people's.
/// </summary>
internal static class PostgresPooler
{
    private const int Tries = 5;

    /// <param name="first">An open connection.</param>
    /// <param name="second">Another one.</param>
    public static async Task<bool> DividesSessionsAsync(NpgsqlConnection first, Func<Task<NpgsqlConnection>> second, CancellationToken cancellationToken)
    {
        var session = await SessionAsync(first, cancellationToken);
        if (session == first.ProcessID)
        {
            // What the server said at the connect: there is nothing between.
            return false;
        }

        await using var other = await second();
        for (var i = 0; i < Tries; i++)
        {
            // A pooler that keeps sessions gives nobody the first one's while that is open.
            await using var transaction = await other.BeginTransactionAsync(cancellationToken);
            if (await SessionAsync(other, cancellationToken) == session)
            {
                return true;
            }

            await transaction.RollbackAsync(cancellationToken);
            var now = await SessionAsync(first, cancellationToken);
            if (now != session)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<int> SessionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
