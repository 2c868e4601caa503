using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>What an entity's flow wants done, in the order in which it says so. <typeparamref name="TFrom"/>: who sent a delivery.</summary>
internal interface IEntityOutput<in TFrom>
{
    /// <summary>Append this row. Answered with <see cref="EntityFlow{TFrom}.Appended"/> once it is durable; if it is not, or nobody knows, this incarnation ends.</summary>
    void Append(JournalEntry entry);

    /// <summary>The row is true now, or need not be written, since it only repeats: count it, wake the relay.</summary>
    void Decided(JournalEntry entry);

    void Answer(TFrom to, Done done);

    void Answer(TFrom to, Resend resend);

    /// <summary>Save it; a newer one replaces it.</summary>
    void Save(EntitySnapshot snapshot);

    /// <summary>There was no snapshot to save: the state cannot be written.</summary>
    void NotSaved(Exception cause);

    /// <summary>Call <see cref="EntityFlow{TFrom}.DelayOver"/> after this time.</summary>
    void Wait(TimeSpan delay);

    /// <summary>The key does not go on with a stream: this event of it failed (null: the entity cannot be read).</summary>
    void Blocked(string reason, FailedEvent? failure);

    /// <summary>The key goes on again with a stream; the empty one: it can be read.</summary>
    void Unblocked(string stream);

    /// <summary>Nothing came for a while: ask the shard for <see cref="StopWhenDrained"/>.</summary>
    void Passivate();

    /// <summary>End this incarnation.</summary>
    void Stop();
}
