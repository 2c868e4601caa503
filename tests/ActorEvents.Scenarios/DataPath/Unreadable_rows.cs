using System.Globalization;
using ActorEvents.Journal.Entries;
using ActorEvents.Tests.Kafka;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Keys whose stored state cannot be read: they are named and wait, all others flow, and restored bytes make everything exact.</summary>
public sealed class Unreadable_rows : IDisposable
{
    private const int Keys = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-unreadable-").FullName;
    private readonly LogLines _log = new(id => id.Id is >= 3000 and < 4000);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Three_kinds_of_damage_are_named_hold_their_own_key_only_and_are_forgotten_when_the_bytes_are_back()
    {
        var (first, second) = (Source("first"), Source("second"));
        await using (var node = await StartAsync(first))
        {
            await node.WaitForAsync(first.Stream.Name, 10 * Keys);
        }

        // Noise in the user's part of a snapshot; a state event of a newer version; a row cut in half, framework part and all.
        var snapshot = await ReplaceAsync("snapshot", "snap/k0", bytes => EntryCodec.Write(WithState(EntryCodec.ReadSnapshot(bytes), new StoredPayload("state", "noise"u8.ToArray()))));
        var row = await ReplaceAsync("journal", "rows/k1", bytes => EntryCodec.Write(WithEvent(EntryCodec.ReadEntry(bytes), new StoredPayload("counted.2", "{}"u8.ToArray()))));
        var cut = await ReplaceAsync("journal", "rows/k2", bytes => bytes[..(bytes.Length / 2)]);

        await using (var node = await StartAsync(first, second))
        {
            await Poll.UntilAsync(async () => (await node.RowsAsync()).Where(r => r.Entry is not null).Sum(r => r.Entry!.StateEvents.Count) >= (40 * Keys) - 50);
            for (var look = 0; look < 60; look++)
            {
                Assert.Equal(["rows/k1", "rows/k2", "snap/k0"], node.Blocked.All.Select(b => $"{b.Handler}/{b.Key.Value}").Order(StringComparer.Ordinal));
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
            }

            Assert.InRange((await node.Journal.Positions.ReadAsync(second.Stream.Name, CancellationToken.None))?.Next ?? 0, 0, 2);
            Assert.InRange(_log.Count, 3, 20);
            Assert.Contains("counted.2", node.Blocked.All.Single(b => b.Key.Value == "k1").Reason, StringComparison.Ordinal);
            await cut();
            await Poll.UntilAsync(() => Task.FromResult(node.Blocked.All.Count == 2));
        }

        await snapshot();
        await row();
        await using var again = await StartAsync(first, second);
        await again.WaitForAsync(second.Stream.Name, 10 * Keys);
        Assert.Empty(again.Blocked.All);
        var counts = (await again.RowsAsync()).GroupBy(r => r.PersistenceId, r => r.Entry!.StateEvents.Count, StringComparer.Ordinal).ToDictionary(k => k.Key, k => k.Sum(), StringComparer.Ordinal);
        Assert.Equal(2 * Keys, counts.Count);
        Assert.All(counts.Values, c => Assert.Equal(20, c));
    }

    private static ListSource Source(string name) => new(name, 10 * Keys, i => $"k{i % Keys}");

    private Task<MiniNode> StartAsync(params ListSource[] sources) => MiniNode.StartAsync(
        _folder,
        b =>
        {
            foreach (var source in sources)
            {
                b.AddSource(source);
            }

            b.AddHandler("snap", new SwitchHandler(), h => h.StateEvent<Counted>("counted").SnapshotEvery(1));
            b.AddHandler("rows", new SwitchHandler(), h => h.StateEvent<Counted>("counted").SnapshotEvery(0));
        },
        _log);

    private static EntitySnapshot WithState(EntitySnapshot snapshot, StoredPayload state) => new() { State = state, Positions = snapshot.Positions, Marks = snapshot.Marks, Shape = snapshot.Shape };

    private static JournalEntry WithEvent(JournalEntry entry, StoredPayload first) => new()
    {
        StateEvents = [first, .. entry.StateEvents.Skip(1)],
        Positions = entry.Positions,
        Marks = entry.Marks,
        Outgoing = entry.Outgoing,
        Decided = entry.Decided,
    };

    /// <summary>Changes the newest row of a key; the result puts the old bytes back.</summary>
    private async Task<Func<Task>> ReplaceAsync(string table, string persistenceId, Func<byte[], byte[]> change)
    {
        var (column, newest) = (table == "journal" ? "message" : "snapshot", "ORDER BY sequence_number DESC LIMIT 1");
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "journal.db"), Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var read = connection.CreateCommand();
        read.CommandText = $"SELECT rowid, {column} FROM {table} WHERE persistence_id = '{persistenceId}' {newest}";
        await using var reader = await read.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        var (id, bytes) = (reader.GetInt64(0), (byte[])reader.GetValue(1));
        await reader.DisposeAsync();
        await WriteAsync(change(bytes));
        return () => WriteAsync(bytes);

        async Task WriteAsync(byte[] value)
        {
            await using var again = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "journal.db"), Pooling = false }.ToString());
            await again.OpenAsync();
            await using var write = again.CreateCommand();
            write.CommandText = $"UPDATE {table} SET {column} = @value WHERE rowid = {id.ToString(CultureInfo.InvariantCulture)}";
            write.Parameters.AddWithValue("@value", value);
            Assert.Equal(1, await write.ExecuteNonQueryAsync());
        }
    }
}
