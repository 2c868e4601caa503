namespace ActorEvents.Journal.Writing;

/// <summary>The writer's own connection. Calls block. One that failed is thrown away, but for a refusal that has left it open.</summary>
internal abstract class WriteSession : IDisposable
{
    /// <summary>False: the connection was lost.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Writes all of it in one transaction, durable when it returns: rows first, then statements. Barriers are left out.</summary>
    /// <returns>Ordering of the last row; 0: no row was among them.</returns>
    public abstract long Write(IReadOnlyList<Fact> facts);

    /// <summary>Whether the journal has a row of this ordering.</summary>
    public abstract bool Has(long ordering);

    /// <summary>Whether this very row, by this writer, is in the journal.</summary>
    public abstract bool IsWritten(RowFact row);

    public abstract void Dispose();
}
