namespace ActorEvents.Journal;

/// <summary>Where the journal is stored.</summary>
public enum JournalProvider
{
    /// <summary>One file in WAL mode; one machine.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server (tested with 15); what a cluster shares.</summary>
    Postgresql,
}

/// <summary>When SQLite says that a transaction is done.</summary>
public enum SqliteSynchronous
{
    /// <summary>Once it is on disk.</summary>
    Full,

    /// <summary>Once the operating system has it: a crash of the node loses nothing, a crash of the machine the last transactions.</summary>
    Normal,
}

/// <summary>Settings <c>actor-events.journal</c>.</summary>
public sealed record JournalOptions
{
    /// <summary><c>provider = sqlite | postgresql</c>. Default: sqlite.</summary>
    public JournalProvider Provider { get; init; }

    /// <summary><c>sqlite-file</c>: the journal's file; its folder is made if it is not there.</summary>
    public string? SqliteFile { get; init; }

    /// <summary><c>sqlite-synchronous = full | normal</c>. Default: full.</summary>
    public SqliteSynchronous SqliteSynchronous { get; init; }

    /// <summary><c>connection-string</c> of PostgreSQL in Npgsql's form, e.g. <c>Host=db;Database=events;Username=node;Password=…</c>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// A file of this node's own, outside of the database, in which it keeps up to which row the journal was durable: with it a journal that was restored from a back-up is
    /// noticed at the start. Null: none.
    /// </summary>
    public string? MarkFile { get; init; }

    /// <summary>Shows no password.</summary>
    public override string ToString() => Provider == JournalProvider.Sqlite ? $"SQLite file {SqliteFile}" : "PostgreSQL";
}
