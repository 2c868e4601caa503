using System.Data.Common;

namespace ActorEvents.Journal.Writing;

/// <summary>
/// Something that is to be durable. Its outcome is told once, on the writer's thread: facts that were written together are durable together. It is never told
/// that the outcome is unknown.
/// </summary>
internal abstract class Fact
{
    /// <summary>What it adds to the size of its transaction, about.</summary>
    public virtual int Bytes => 0;

    public abstract void Durable();

    /// <summary>It is not written, and will not be: the database refuses this fact, or the writer ends.</summary>
    public abstract void Failed(Exception cause);
}

/// <summary>A row of the table <c>journal</c>.</summary>
internal abstract class RowFact(string persistenceId, long sequenceNumber, byte[] message, string writer) : Fact
{
    public string PersistenceId => persistenceId;

    /// <summary>The highest that was ever written for this persistence id, plus one: the table's unique index refuses it to all but the first who writes it.</summary>
    public long SequenceNumber => sequenceNumber;

    /// <summary>A <see cref="Entries.JournalEntry"/>, serialized.</summary>
    public byte[] Message => message;

    /// <summary>Names who writes it, so that a row that is there already is known for one's own.</summary>
    public string Writer => writer;

    public override int Bytes => message.Length + persistenceId.Length;
}

/// <summary>Statements that write something else. They may run more than once: a transaction whose outcome is unknown is written again.</summary>
internal abstract class StatementFact : Fact
{
    public abstract void Write(DbTransaction transaction);
}

/// <inheritdoc cref="StatementFact"/>
internal sealed class StatementFact<T>(Func<DbTransaction, T> write) : StatementFact
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    /// <summary>What the statements returned, once they are durable.</summary>
    public Task<T> Outcome => _outcome.Task;

    public override void Write(DbTransaction transaction) => _result = write(transaction);

    public override void Durable() => _outcome.TrySetResult(_result);

    public override void Failed(Exception cause) => _outcome.TrySetException(cause);
}

/// <summary>Nothing to write: told that the outcome of all that was handed over before is known.</summary>
internal sealed class BarrierFact(Action passed) : Fact
{
    public override void Durable() => passed();

    public override void Failed(Exception cause) => passed();
}
