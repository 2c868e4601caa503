using ActorEvents.Benchmarks.Kafka;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>Reads a topic as the next hop would (read_committed), and counts.</summary>
internal sealed class CommittedOutputs : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private TaskCompletionSource _done = new();
    private long _expected = long.MaxValue;

    public CommittedOutputs(string bootstrap, string topic) =>
        _reading = Task.Factory.StartNew(() => Read(bootstrap, topic), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Records so far.</summary>
    public long Count { get; private set; }

    /// <summary>Completes when there are so many in all.</summary>
    public Task UntilAsync(long count)
    {
        lock (_lock)
        {
            (_done, _expected) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), count);
            if (Count >= count)
            {
                _done.SetResult();
            }

            return _done.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private void Read(string bootstrap, string topic)
    {
        using var consumer = KafkaBench.RawConsumer(bootstrap, "outputs");
        consumer.Subscribe(topic);
        while (!_stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is null)
            {
                continue;
            }

            lock (_lock)
            {
                if (++Count == _expected)
                {
                    _done.TrySetResult();
                }
            }
        }

        consumer.Close();
    }
}
