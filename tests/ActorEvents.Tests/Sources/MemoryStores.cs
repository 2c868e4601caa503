using System.Collections.Concurrent;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Sources;

/// <summary>Positions in memory, raised and never lowered.</summary>
internal sealed class MemoryPositions : IPositionStore
{
    private readonly ConcurrentDictionary<string, CommittedPosition> _rows = new(StringComparer.Ordinal);

    /// <summary>Called with what is raised, before it is.</summary>
    public Action<CommittedPosition> OnRaise { get; set; } = _ => { };

    public CommittedPosition? this[string stream] => _rows.TryGetValue(stream, out var row) ? row : null;

    public IReadOnlyCollection<CommittedPosition> Rows => [.. _rows.Values];

    public IReadOnlyCollection<string> Streams => [.. _rows.Keys];

    public Task<CommittedPosition?> ReadAsync(string stream, CancellationToken cancellationToken) => Task.FromResult(this[stream]);

    public Task RaiseAsync(IReadOnlyList<CommittedPosition> positions, CancellationToken cancellationToken)
    {
        foreach (var position in positions)
        {
            OnRaise(position);
            _rows.AddOrUpdate(position.Stream, position, (_, old) => position.Next > old.Next ? position : old);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CommittedPosition>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CommittedPosition>>([.. _rows.Values.Where(r => r.Stream.StartsWith(prefix, StringComparison.Ordinal))]);
}

/// <summary>Dead letters in memory; refuses the first few stores.</summary>
internal sealed class MemoryDeadLetters : IDeadLetterStore
{
    private int _refuse;

    public int Refuse
    {
        get => _refuse;
        set => _refuse = value;
    }

    public ConcurrentQueue<DeadLetter> Stored { get; } = new();

    public Task StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _refuse) >= 0)
        {
            return Task.FromException(new InvalidOperationException("the database is away"));
        }

        foreach (var letter in deadLetters)
        {
            Stored.Enqueue(letter);
        }

        return Task.CompletedTask;
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) => Task.FromResult((long)Stored.Count);

    public Task<long> CountAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult((long)Stored.Count(l => l.Position.Stream.Name.StartsWith(prefix, StringComparison.Ordinal)));
}
