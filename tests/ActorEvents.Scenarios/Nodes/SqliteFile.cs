using Microsoft.Data.Sqlite;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>A node's journal as anybody else sees it who opens the file.</summary>
internal static class SqliteFile
{
    public static async Task<List<T>> QueryAsync<T>(string file, string sql, Func<SqliteDataReader, T> row)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(row(reader));
        }

        return rows;
    }
}
