using System.Buffers.Binary;
using ActorEvents.Relay;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>Counts what the destination behind it has acknowledged, and measures how old it is then.</summary>
internal sealed class CountingDestination(IRelayDestination inner) : IRelayDestination
{
    private readonly Lock _lock = new();
    private readonly List<double> _latencies = [];
    private TaskCompletionSource _done = new();
    private int _left;
    private bool _measure;

    /// <summary>Completes when so many more are acknowledged.</summary>
    public Task Expect(int events, bool latencies = false)
    {
        lock (_lock)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_left, _measure) = (events, latencies);
            return _done.Task;
        }
    }

    /// <summary>In milliseconds, of what was measured since they were last asked for.</summary>
    public (double P50, double P99) Percentiles()
    {
        lock (_lock)
        {
            double[] sorted = [.. _latencies.Order()];
            _latencies.Clear();
            return (At(sorted, 0.50), At(sorted, 0.99));
        }
    }

    public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => inner.TopicIdAsync(topic, cancellationToken);

    public async Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records, CancellationToken cancellationToken)
    {
        var refusals = await inner.PublishAsync(records, cancellationToken);
        if (refusals.Count > 0)
        {
            throw new InvalidOperationException($"A record was refused: {refusals[0].Reason}");
        }

        var now = TimeProvider.System.GetTimestamp();
        lock (_lock)
        {
            if (_measure)
            {
                foreach (var record in records)
                {
                    var made = BinaryPrimitives.ReadInt64LittleEndian(record.Event.Data.Span);
                    _latencies.Add(TimeProvider.System.GetElapsedTime(made, now).TotalMilliseconds);
                }
            }

            _left -= records.Count;
            if (_left <= 0)
            {
                _done.TrySetResult();
            }
        }

        return refusals;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static double At(double[] sorted, double part) => Math.Round(sorted[(int)(part * (sorted.Length - 1))], 1);
}
