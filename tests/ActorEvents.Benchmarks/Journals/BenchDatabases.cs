using ActorEvents.Journal;

namespace ActorEvents.Benchmarks.Journals;

/// <summary>New databases for one benchmark, each side's own: files in a temporary folder, or databases of a private PostgreSQL server. They go away with it.</summary>
internal abstract class BenchDatabases : IAsyncDisposable
{
    public static async Task<BenchDatabases> StartAsync(JournalProvider provider) => provider switch
    {
        JournalProvider.Sqlite => new SqliteDatabases(),
        JournalProvider.Postgresql => await PostgresDatabases.StartAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "There is no such journal."),
    };

    /// <param name="name">Lower-case letters.</param>
    public abstract Task<JournalOptions> NewAsync(string name);

    /// <summary>How large one of them is now.</summary>
    public abstract Task<DatabaseSize> SizeAsync(JournalOptions database);

    public abstract ValueTask DisposeAsync();
}

/// <param name="TableBytes">PostgreSQL: table <c>journal</c> with its indexes. SQLite: pages in use.</param>
/// <param name="WalBytes">PostgreSQL: what the server has written to its write-ahead log so far. SQLite: unknown.</param>
internal readonly record struct DatabaseSize(long TableBytes, long? WalBytes)
{
    public static DatabaseSize operator -(DatabaseSize a, DatabaseSize b) => new(a.TableBytes - b.TableBytes, a.WalBytes - b.WalBytes);
}
