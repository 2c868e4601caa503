using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Relay;

/// <summary>Table ae_relay in memory: compare-and-set on an epoch; may fail before or after it has written.</summary>
internal sealed class FakeRelayStore : IRelayStore
{
    private readonly Dictionary<(string, string), long> _places = [];
    private long _epoch;
    private int _writes;

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Null: no fault; true: written, but the caller is not told; false: not written.</summary>
    public Func<bool?> Fault { get; set; } = () => null;

    public Task<long> TakeLeaseAsync(CancellationToken cancellationToken) => Task.FromResult(Interlocked.Increment(ref _epoch));

    public long Place(string destination, string topicId)
    {
        lock (_places)
        {
            return _places.GetValueOrDefault((destination, topicId));
        }
    }

    public Task<long> ReadPlaceAsync(string destination, string topicId, CancellationToken cancellationToken) => Task.FromResult(Place(destination, topicId));

    public async Task<bool> StorePlacesAsync(long epoch, IReadOnlyList<RelayPlace> places, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var fault = Fault();
        if (fault == false)
        {
            throw new IOException("the database does not answer");
        }

        lock (_places)
        {
            if (epoch != Interlocked.Read(ref _epoch))
            {
                return false;
            }

            Interlocked.Increment(ref _writes);
            foreach (var place in places)
            {
                _places[(place.Destination, place.TopicId)] = place.Ordering;
            }
        }

        return fault is null ? true : throw new IOException("the connection broke after the commit");
    }

    public Task<IReadOnlyList<RelayPlace>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_places)
        {
            return Task.FromResult<IReadOnlyList<RelayPlace>>([.. _places.Select(p => new RelayPlace(p.Key.Item1, p.Key.Item2, p.Value))]);
        }
    }
}

/// <summary>Table ae_dead_letters in memory.</summary>
internal sealed class FakeDeadLetters : IDeadLetterStore
{
    private readonly Dictionary<(string, long), DeadLetter> _letters = [];

    public IReadOnlyList<DeadLetter> All
    {
        get
        {
            lock (_letters)
            {
                return [.. _letters.Values.OrderBy(l => l.Position.Number)];
            }
        }
    }

    public Func<Exception?> Fault { get; set; } = () => null;

    public Task StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        if (Fault() is { } fault)
        {
            return Task.FromException(fault);
        }

        lock (_letters)
        {
            foreach (var letter in deadLetters)
            {
                _letters.TryAdd((letter.Position.Stream.Name, letter.Position.Number), letter);
            }
        }

        return Task.CompletedTask;
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) => CountAsync("", cancellationToken);

    public Task<long> CountAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult((long)All.Count(l => l.Position.Stream.Name.StartsWith(prefix, StringComparison.Ordinal)));
}
