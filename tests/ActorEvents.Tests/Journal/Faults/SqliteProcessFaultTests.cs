using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorEvents.Tests.Journal.Faults;

public sealed class SqliteProcessFaultTests : ProcessFaultFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());

    /// <summary>Past the driver, which would wait for the lock.</summary>
    protected override async Task<bool> IsFreeAsync(TestJournal place)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = ((SqliteTestJournal)place).File, Pooling = false }.ToString());
        await connection.OpenAsync();
        return raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE; ROLLBACK") == raw.SQLITE_OK;
    }
}
