using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// What stands between the poll thread and the stream of one partition, for one assignment. Bounded in records and bytes (policy: back-pressure; the poll
/// thread holds the partition back when it is full, and is woken when it is half empty). Thread-safe.
/// </summary>
internal sealed class PartitionBuffer(TopicPartition partition, long start, int maxRecords, long maxBytes, Action wakeLoop)
{
    private readonly Lock _lock = new();
    private readonly Queue<KafkaRecordBatch> _batches = new();
    private int _records;
    private long _bytes;
    private bool _full;
    private bool _closed;
    private bool _waiting;
    private Exception? _failure;
    private Action? _notify;

    public TopicPartition Partition { get; } = partition;

    public long Start { get; } = start;

    /// <summary>At its bound, until it is half empty.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _full;
            }
        }
    }

    /// <summary>The stream was cancelled by who reads it.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Behind the last record that the stream took.</summary>
    public long Taken { get; private set; } = start;

    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>Poll thread: puts a batch. True: it is full now.</summary>
    public bool Offer(KafkaRecordBatch batch)
    {
        Action? notify;
        bool full;
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _batches.Enqueue(batch);
            _records += Math.Max(1, batch.Count);
            _bytes += batch.Bytes;
            full = _full = _full || _records >= maxRecords || _bytes >= maxBytes;
            notify = TakeNotify();
        }

        notify?.Invoke();
        return full;
    }

    /// <summary>Ends the stream: what it has not taken is dropped. With a failure, the stream fails.</summary>
    public void Close(Exception? failure)
    {
        Action? notify;
        lock (_lock)
        {
            if (!TryEnd())
            {
                return;
            }

            _failure = failure;
            notify = _notify;
        }

        notify?.Invoke();
    }

    /// <summary>Stream: how it is told that something is there after <see cref="TryTake"/> gave nothing.</summary>
    public void OnAvailable(Action notify)
    {
        lock (_lock)
        {
            _notify = notify;
        }
    }

    /// <summary>Stream: true when it is over; with the failure, if it failed.</summary>
    public bool IsOver(out Exception? failure)
    {
        lock (_lock)
        {
            failure = _failure;
            return _closed;
        }
    }

    /// <summary>Stream: the next batch, or null: it will be notified.</summary>
    public KafkaRecordBatch? TryTake()
    {
        KafkaRecordBatch? batch;
        var wake = false;
        lock (_lock)
        {
            if (!_batches.TryDequeue(out batch))
            {
                _waiting = true;
                return null;
            }

            _records -= Math.Max(1, batch.Count);
            _bytes -= batch.Bytes;
            Taken = batch.LastOffset + 1;
            if (_full && _records <= maxRecords / 2 && _bytes <= maxBytes / 2)
            {
                _full = false;
                wake = true;
            }
        }

        if (wake)
        {
            wakeLoop();
        }

        return batch;
    }

    /// <summary>Stream: nobody reads it any more.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            if (!TryEnd())
            {
                return;
            }

            IsCancelled = true;
        }

        wakeLoop();
    }

    /// <summary>Under the lock. False: it was over before.</summary>
    private bool TryEnd()
    {
        if (_closed)
        {
            return false;
        }

        _closed = true;
        _batches.Clear();
        (_records, _bytes) = (0, 0);
        return true;
    }

    private Action? TakeNotify()
    {
        if (!_waiting)
        {
            return null;
        }

        _waiting = false;
        return _notify;
    }
}
