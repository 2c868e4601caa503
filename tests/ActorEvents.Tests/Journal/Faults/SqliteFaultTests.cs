using System.Diagnostics;
using ActorEvents.Journal.Schema;
using ActorEvents.Tests.Kafka;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Tests.Journal.Faults;

public sealed class SqliteFaultTests
{
    /// <summary>Shorter than what SQLite waits for a lock, and than what is a problem (10 s).</summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_file_that_another_process_locks_loses_and_doubles_no_row()
    {
        await using var place = new SqliteTestJournal();
        await using var run = await FaultRun.StartAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await run.WritesSomeAsync();
            await using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = place.File, Pooling = false }.ToString());
            await other.OpenAsync();
            await using var wait = other.Command("PRAGMA busy_timeout = 30000");
            await wait.ExecuteNonQueryAsync();
            await using var transaction = other.BeginTransaction(deferred: false);
            var (rows, held) = (run.Rows, Stopwatch.StartNew());
            await Poll.UntilAsync(() => held.Elapsed > s_hold);
            Assert.InRange(run.Rows, rows, rows + FaultRun.Entities);
            await transaction.RollbackAsync();
            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    [SkippableFact]
    public async Task A_disk_that_is_full_and_made_larger_again_loses_and_doubles_no_row()
    {
        using var disk = TmpfsFolder.Mount(mebibytes: 64);
        Servers.Require(disk is null ? "A tmpfs cannot be mounted: only root may, on Linux." : null);
        await using var place = new SqliteTestJournal(Path.Combine(disk!.Path, "journal"));
        await using var run = await FaultRun.StartAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await run.WritesSomeAsync();
            disk.Leave(Random.Shared.Next(0, 1 << 20));
            await run.IsNamedAsync($"the disk of '{place.Folder}' is full");
            disk.Leave(64 << 20);
            await run.WritesAsync();
        }

        await run.EndAsync();
    }

    [Fact]
    public async Task A_file_that_is_moved_away_and_back_loses_and_doubles_no_row()
    {
        await using var place = new SqliteTestJournal();
        await using var run = await FaultRun.StartAsync(place);
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await run.WritesSomeAsync();
            File.Move(place.File, place.File + ".away");
            await run.IsNamedAsync("was deleted or moved");
            File.Move(place.File + ".away", place.File);
            await run.WritesAsync();
        }

        await run.EndAsync();
    }
}
