using ActorEvents.Kafka.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The group's offsets, which only tools read. Newer ones replace older ones that wait (bounded by the number of partitions); one commit is in flight, on
/// a thread of its own, because Confluent's Commit waits: for seconds while the group is divided anew, and without end where its coordinator does not answer. Two sources at it would take
/// all threads that the pool has on two cores, and health would wait for them. A failed commit is logged and made up by the next.
/// </summary>
/// <param name="commit">Waits until the offsets are committed; throws where they are not.</param>
internal sealed class GroupOffsets(Action<IReadOnlyList<TopicPartitionOffset>> commit, ILogger log)
{
    /// <summary>
    /// What <see cref="Finish"/> is given in the product. Short: while a group is being divided a commit may get no answer for seconds, nobody reads the partitions meanwhile, and who gets them sets
    /// their offsets again.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, long> _wanted = [];
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private Task _inFlight = Task.CompletedTask;

    /// <summary>Cancelled: nobody waits for the commit in flight any more, and if it has not begun it must not begin.</summary>
    private CancellationTokenSource _givenUp = new();

    /// <summary>The commit that is in flight; the client must not be disposed before it has completed.</summary>
    public Task InFlight => _inFlight;

    public void Remember(TopicPartition partition, long next)
    {
        lock (_lock)
        {
            _wanted[partition] = next;
        }
    }

    /// <summary>Poll thread: starts a commit of these partitions if there is something to commit and none is in flight.</summary>
    public void Start(Func<TopicPartition, bool> owned)
    {
        if (_inFlight.IsCompleted && Take(owned) is { Count: > 0 } offsets)
        {
            Begin(offsets);
        }
    }

    /// <summary>
    /// Poll thread: commits these partitions and returns when that is done: partitions are given away, and the group waits for this thread. What is not done after so long is not waited for, and
    /// nothing is begun behind it: the client may be at its end by then.
    /// </summary>
    public void Finish(Func<TopicPartition, bool> owned, TimeSpan patience)
    {
        if (EndsWithin(patience) && Take(owned) is { Count: > 0 } offsets)
        {
            Begin(offsets);
            EndsWithin(patience);
        }
    }

    /// <summary>Poll thread: these are not ours any more.</summary>
    public void Forget(IEnumerable<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _wanted.Remove(partition);
                _committed.Remove(partition);
            }
        }
    }

    private void Begin(List<TopicPartitionOffset> offsets)
    {
        _givenUp = new CancellationTokenSource();
        _inFlight = Task.Factory.StartNew(() => Commit(offsets), _givenUp.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits for the commit in flight; it is given up after so long, and not waited for a second time.</summary>
    private bool EndsWithin(TimeSpan patience)
    {
        if (_inFlight.IsCompleted || _givenUp.IsCancellationRequested)
        {
            return _inFlight.IsCompleted;
        }

        // Commit catches what it meets, and only this thread gives up, so this cannot throw.
        if (_inFlight.Wait(patience))
        {
            return true;
        }

        _givenUp.Cancel();
        Log.GroupCommitLate(log, patience.TotalMilliseconds);
        return false;
    }

    private List<TopicPartitionOffset> Take(Func<TopicPartition, bool> owned)
    {
        lock (_lock)
        {
            return [.. _wanted
                .Where(w => owned(w.Key) && (!_committed.TryGetValue(w.Key, out var committed) || committed != w.Value))
                .Select(w => new TopicPartitionOffset(w.Key, w.Value))];
        }
    }

    private void Commit(List<TopicPartitionOffset> offsets)
    {
        try
        {
            commit(offsets);
            lock (_lock)
            {
                foreach (var offset in offsets)
                {
                    _committed[offset.TopicPartition] = offset.Offset.Value;
                }
            }
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress or ErrorCode.UnknownMemberId)
        {
            // The group is being divided anew: who has the partitions then commits.
        }
        catch (Exception e) when (e is KafkaException or ObjectDisposedException)
        {
            Log.GroupCommitFailed(log, offsets.Count, e.Message);
        }
    }
}
