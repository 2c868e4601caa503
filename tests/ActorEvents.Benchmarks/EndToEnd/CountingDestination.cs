using ActorEvents.Benchmarks.Latency;
using ActorEvents.Relay;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>Counts what the destination behind it has acknowledged, and measures how old it is then.</summary>
/// <param name="relayed">Told each event when the relay, which has read it from the journal, hands it over.</param>
internal sealed class CountingDestination(IRelayDestination inner, LatencySamples? relayed = null) : IRelayDestination
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _done = new();
    private int _left;

    /// <summary>Of all that was acknowledged.</summary>
    public LatencySamples Latencies { get; } = new();

    /// <summary>Completes when so many more are acknowledged.</summary>
    public Task Expect(int events)
    {
        lock (_lock)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = events;
            return _done.Task;
        }
    }

    public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => inner.TopicIdAsync(topic, cancellationToken);

    public async Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records)
    {
        foreach (var record in records)
        {
            relayed?.Add(record.Event.Data);
        }

        var refusals = await inner.PublishAsync(records);
        if (refusals.Count > 0)
        {
            throw new InvalidOperationException($"A record was refused: {refusals[0].Reason}");
        }

        foreach (var record in records)
        {
            Latencies.Add(record.Event.Data);
        }

        lock (_lock)
        {
            _left -= records.Count;
            if (_left <= 0)
            {
                _done.TrySetResult();
            }
        }

        return refusals;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
