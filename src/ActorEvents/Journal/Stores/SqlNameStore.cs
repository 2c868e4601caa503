using System.Data.Common;
using ActorEvents.Journal.Plugin;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal.Stores;

/// <summary>Under which names a journal was worked on: rows <c>handler:NAME</c> and <c>source:NAME</c> of <c>ae_meta</c>. A journal of a version before says it by what it holds, once.</summary>
internal sealed class SqlNameStore(Dialect dialect, JournalWriter writer) : INameStore
{
    private const string Handler = "handler:";
    private const string Source = "source:";

    /// <summary>In <c>ae_meta</c>: what stood in the journal before names were noted is noted, too.</summary>
    private const string Marker = "names";

    public Task<StoredNames> ReadAsync(CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            var noted = await NamesAsync(connection, $"SELECT name FROM ae_meta WHERE name LIKE '{Handler}%' OR name LIKE '{Source}%' OR name = '{Marker}'", token);
            return noted.Contains(Marker)
                ? new StoredNames(Of(noted, Handler), Of(noted, Source), Noted: true)
                : new StoredNames(
                    await NamesAsync(connection, $"SELECT DISTINCT {dialect.BeforeSlash} FROM journal WHERE identifier = {JournalSerializer.Id} AND persistence_id LIKE '%/%'", token),
                    [.. (await NamesAsync(connection, "SELECT stream FROM ae_positions", token)).Select(s => s.Split('/')[0]).Distinct(StringComparer.Ordinal)],
                    Noted: false);
        },
        cancellationToken);

    public Task NoteAsync(StoredNames names, CancellationToken cancellationToken) => writer.WriteAsync(
        transaction =>
        {
            IEnumerable<string> rows = [Marker, .. names.Handlers.Select(h => Handler + h), .. names.Sources.Select(s => Source + s)];
            foreach (var row in rows.Order(StringComparer.Ordinal))
            {
                using var insert = transaction.Command("INSERT INTO ae_meta (name, value) VALUES (@name, '') ON CONFLICT (name) DO NOTHING", ("@name", row));
                insert.ExecuteNonQuery();
            }

            return true;
        },
        cancellationToken);

    public Task<bool> HasEntitiesAsync(string handler, CancellationToken cancellationToken) =>
        ExistsAsync("SELECT count(*) FROM (SELECT 1 FROM journal WHERE substr(persistence_id, 1, length(@prefix)) = @prefix LIMIT 1) found", handler + "/", cancellationToken);

    public Task<bool> HasPositionsAsync(string source, CancellationToken cancellationToken) =>
        ExistsAsync("SELECT count(*) FROM ae_positions WHERE substr(stream, 1, length(@prefix)) = @prefix", source + "/", cancellationToken);

    private Task<bool> ExistsAsync(string sql, string prefix, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command(sql, ("@prefix", prefix));
            return await command.NumberAsync(token) > 0;
        },
        cancellationToken);

    private static async Task<List<string>> NamesAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql);
        return await command.RowsAsync(r => r.GetString(0), cancellationToken);
    }

    private static IReadOnlyList<string> Of(List<string> rows, string kind) =>
        [.. rows.Where(r => r.StartsWith(kind, StringComparison.Ordinal)).Select(r => r[kind.Length..])];
}
