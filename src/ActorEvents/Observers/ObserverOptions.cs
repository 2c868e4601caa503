namespace ActorEvents.Observers;

/// <summary>What an observer sees, and how much of it may wait for its reader.</summary>
public sealed class ObserverOptions
{
    /// <summary>CloudEvents types; one may end in <c>*</c> (any rest). Default empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>CloudEvents sources, as <see cref="Types"/>.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Content types, as <see cref="Types"/>.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>Events that wait at most, 1 or more. Default 1,024.</summary>
    public int MaxEvents { get; init; } = 1_024;

    /// <summary>
    /// Bytes of memory that what waits may hold, payloads and texts included, 1 or more. An event that is larger alone is dropped. Default 4 MiB. So many may lie in the mailbox
    /// before it, too, where the node's threads are busy; what comes then is dropped, the newest first.
    /// </summary>
    public long MaxBytes { get; init; } = 4 * 1024 * 1024;
}
