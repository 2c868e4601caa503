using System.Data.Common;
using LinqToDB;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Schema;

/// <summary>What differs between the two databases. Connections are short: each operation opens one from the pool and gives it back.</summary>
internal abstract class Dialect
{
    /// <summary>For people: file, or host, port, database and user. Never a password.</summary>
    public abstract string Description { get; }

    /// <summary>linq2db's name of the provider, for the Akka plugin.</summary>
    public abstract string ProviderName { get; }

    /// <summary>OpenTelemetry's name of the database (<c>db.system.name</c>).</summary>
    public abstract string SystemName { get; }

    /// <summary>SQL type of a byte column.</summary>
    public abstract string Blob { get; }

    /// <summary>Appended to a SELECT whose row must not change until the transaction ends.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Statement that waits for whoever appends to the journal, where that is not the nature of a write.</summary>
    public abstract string TakeJournalLock { get; }

    /// <summary>Who holds up a write, as far as the database says, and what to do.</summary>
    public abstract Task<string> WhoHoldsItAsync(CancellationToken cancellationToken);

    /// <summary>SELECT of journal rows behind <c>@after</c>, at most <c>@limit</c>; it may leave out those behind the row that comes to <c>@bytes</c>.</summary>
    public abstract string JournalPage { get; }

    /// <summary>What stands in <c>persistence_id</c> before its first '/'.</summary>
    public abstract string BeforeSlash { get; }

    /// <summary>How Akka's write journal connects. Handed over as an object, so that no password stands in the actor system's configuration.</summary>
    public abstract DataOptions JournalConnection();

    /// <summary>How Akka's snapshot store connects.</summary>
    public abstract DataOptions SnapshotConnection();

    /// <summary>Makes what is missing in one transaction, checks what is there, runs the steps that it lacks.</summary>
    public abstract Task<JournalIdentity> PrepareAsync(SchemaSteps steps, ILogger logger, CancellationToken cancellationToken);

    /// <summary>Closes pooled connections; call it when the actor system is down.</summary>
    public abstract void ClosePool();

    /// <summary>
    /// The database will never take this: a number that is there already, a value that it cannot hold, or that its driver cannot write (an argument, a conversion). All else may
    /// be over later, and what is not known is not the fact's fault: it would be refused for good, although the database might have taken it.
    /// </summary>
    public bool Refuses(Exception exception) => exception is DbException e ? RefusesData(e) : exception is ArgumentException or FormatException or InvalidCastException or OverflowException;

    /// <summary>A row with its numbers is there already.</summary>
    public abstract bool IsTaken(Exception exception);

    /// <summary>What an error means, with the place and what to do.</summary>
    public abstract string Explain(Exception exception);

    protected abstract bool RefusesData(DbException exception);

    protected abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>A read that needs no transaction of its own.</summary>
    public virtual async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await read(connection, cancellationToken);
    }
}

/// <param name="IsNew">This start made it.</param>
/// <param name="Restores">Highest orderings at which it was found to have gone back, ascending: an epoch begins behind each.</param>
internal sealed record JournalIdentity(string Id, bool IsNew, IReadOnlyList<long> Restores);
