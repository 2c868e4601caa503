using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Journal.Stores;

/// <summary>Committed positions, table <c>ae_positions</c> in the journal's database: raised, never lowered.</summary>
public interface IPositionStore
{
    /// <summary>The committed position of a stream (the next to read) with its resume value, or null where none was ever committed.</summary>
    Task<CommittedPosition?> ReadAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Raises several positions in one transaction; one that is not above the stored one changes nothing.</summary>
    Task RaiseAsync(IReadOnlyList<CommittedPosition> positions, CancellationToken cancellationToken);

    /// <summary>All committed positions whose stream name begins with the prefix.</summary>
    Task<IReadOnlyList<CommittedPosition>> ListAsync(string prefix, CancellationToken cancellationToken);
}

/// <param name="Next">All positions below are durable at every entity that they concern.</param>
/// <param name="Resume">The source's own (a byte offset); 0 if unused.</param>
public readonly record struct CommittedPosition(string Stream, long Next, long Resume = 0);

/// <summary>Table <c>ae_dead_letters</c>. Storing the same (stream, position, handler) again changes nothing.</summary>
internal interface IDeadLetterStore
{
    Task StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken);

    Task<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>How many of them stand in streams whose names begin with <paramref name="prefix"/>; it holds no wildcard of LIKE.</summary>
    Task<long> CountAsync(string prefix, CancellationToken cancellationToken);
}

/// <summary>Under which names of handlers and sources this journal was worked on.</summary>
internal interface INameStore
{
    Task<StoredNames> ReadAsync(CancellationToken cancellationToken);

    /// <summary>From now on these are known.</summary>
    Task NoteAsync(StoredNames names, CancellationToken cancellationToken);

    /// <summary>Whether a handler has rows. Where it has none, the whole table may be read.</summary>
    Task<bool> HasEntitiesAsync(string handler, CancellationToken cancellationToken);

    Task<bool> HasPositionsAsync(string source, CancellationToken cancellationToken);
}

/// <param name="Noted">False: they follow from what the journal holds, and are to be noted.</param>
internal sealed record StoredNames(IReadOnlyList<string> Handlers, IReadOnlyList<string> Sources, bool Noted);

/// <summary>Reads the journal in commit order.</summary>
internal interface IJournalReader
{
    /// <summary>
    /// Rows with an ordering above <paramref name="after"/>, ascending, at most <paramref name="limit"/>, all persistence ids. A page ends early
    /// behind the row that makes it 16 MiB: only an empty page is the end.
    /// </summary>
    Task<IReadOnlyList<JournalRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>The highest ordering that is committed now; 0 for an empty journal.</summary>
    Task<long> HighestOrderingAsync(CancellationToken cancellationToken);
}

/// <summary>Where the relay has come to: table <c>ae_relay</c>, one row per destination and topic id, written by compare-and-set on an epoch.</summary>
internal interface IRelayStore
{
    /// <summary>Takes the lease of this journal's relay: raises the epoch and returns it. What an older epoch writes from now on is refused.</summary>
    Task<long> TakeLeaseAsync(CancellationToken cancellationToken);

    /// <summary>The ordering up to which everything for this destination was published; 0 where there is no row.</summary>
    Task<long> ReadPlaceAsync(string destination, string topicId, CancellationToken cancellationToken);

    /// <summary>Stores places; false if a newer epoch holds the lease (then stop).</summary>
    Task<bool> StorePlacesAsync(long epoch, IReadOnlyList<RelayPlace> places, CancellationToken cancellationToken);

    /// <summary>
    /// All rows, of former incarnations of a topic too. A row without destination says how far the journal was searched for new topics; one with
    /// a destination and no topic id is a topic whose broker has not told its id yet.
    /// </summary>
    Task<IReadOnlyList<RelayPlace>> ListAsync(CancellationToken cancellationToken);
}

internal readonly record struct RelayPlace(string Destination, string TopicId, long Ordering);
