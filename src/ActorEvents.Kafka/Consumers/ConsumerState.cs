namespace ActorEvents.Kafka.Consumers;

/// <summary>What a consumer is about, in the order in which it can go on; there is no way back.</summary>
internal enum ConsumerPhase
{
    /// <summary>It reads and hands out.</summary>
    Reading,

    /// <summary>It keeps its partitions, but their streams have ended: what is under way can be finished and committed.</summary>
    Idle,

    /// <summary>It leaves its group; the revoke that comes with it drains.</summary>
    Leaving,

    /// <summary>It leaves its group at once: no revoke drains any more, and one that does stops waiting.</summary>
    Abandoning,

    /// <summary>It cannot go on, and leaves without a drain and without a commit.</summary>
    Failed,
}

/// <summary>The one state of a consumer. Any thread moves it on; the poll thread does what it says, and alone makes it fail.</summary>
internal sealed class ConsumerState
{
    private readonly CancellationTokenSource _abandoned = new();
    private int _phase;

    public ConsumerPhase Phase => (ConsumerPhase)Volatile.Read(ref _phase);

    /// <summary>The poll thread stays in the group and goes on with its rounds.</summary>
    public bool IsMember => Phase < ConsumerPhase.Leaving;

    /// <summary>
    /// Lanes may be waited for at a revoke. Not from <see cref="ConsumerPhase.Abandoning"/> on: then the source that owns the lanes may itself wait for the
    /// poll thread to end, and each would wait for the other.
    /// </summary>
    public bool MayDrain => Phase < ConsumerPhase.Abandoning;

    /// <summary>Why it failed; null: it has not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>For whatever the poll thread waits for: it stops waiting when the consumer is abandoned.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Moves on to a phase, unless it is past it already.</summary>
    public void Advance(ConsumerPhase to)
    {
        for (var now = Volatile.Read(ref _phase); now < (int)to; now = Volatile.Read(ref _phase))
        {
            if (Interlocked.CompareExchange(ref _phase, (int)to, now) == now)
            {
                break;
            }
        }

        if (to == ConsumerPhase.Abandoning)
        {
            _abandoned.Cancel();
        }
    }

    /// <summary>Poll thread. False: it has failed before, and the first failure is the one that counts.</summary>
    public bool Fail(Exception failure)
    {
        if (Failure is not null)
        {
            return false;
        }

        Failure = failure;
        Advance(ConsumerPhase.Failed);
        return true;
    }
}
