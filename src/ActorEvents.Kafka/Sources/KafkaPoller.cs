using System.Collections.Concurrent;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Sources;

/// <summary>What a poller asks of its source; called on the poll thread, which waits for the answer.</summary>
internal interface IKafkaAssignment
{
    /// <summary>Makes the buffer of each partition, from its committed position. Blocks until that is known; throws after its deadline.</summary>
    IReadOnlyList<PartitionBuffer> Assign(IReadOnlyList<TopicPartition> partitions);

    /// <summary>Drains the lanes of these buffers and returns when that is done or its deadline is over. Never throws.</summary>
    void Drain(IReadOnlyList<PartitionBuffer> buffers);

    /// <summary>Ends the lanes of these buffers at once. Never throws.</summary>
    void Lose(IReadOnlyList<PartitionBuffer> buffers);

    /// <summary>The poller cannot go on.</summary>
    void Failed(Exception cause);
}

/// <summary>
/// One OS thread that owns one consumer. Back-pressure in three steps: buffers that have room are filled; when all are full it stops consuming (free, the
/// client's prefetch is bounded); what is full longer than that is paused, alone, and resumed with a seek, which wakes the client at once.
/// </summary>
internal sealed class KafkaPoller
{
    private const int MaxBatch = 500;
    private static readonly TimeSpan ConsumeWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HoldBeforePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan GroupCommitInterval = TimeSpan.FromSeconds(1);

    private readonly string _source;
    private readonly KafkaClientOptions _options;
    private readonly KafkaTopics _topics;
    private readonly IKafkaAssignment _assignment;
    private readonly IReadOnlyCollection<string> _subscribed;
    private readonly TimeProvider _time;
    private readonly RepeatedErrors _errors;
    private readonly ILogger _log;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<TopicPartition, PartitionBuffer> _buffers = [];
    private readonly ConcurrentDictionary<TopicPartition, long> _committed = [];
    private readonly ManualResetEventSlim _room = new(false);
    private readonly ManualResetEventSlim _ended = new(false);
    private readonly Thread _thread;
    private volatile bool _stop;
    private volatile bool _quiet;
    private volatile bool _suspect;
    private Exception? _failure;
    private long _fullSince = -1;
    private long _groupCommitted;

    public KafkaPoller(KafkaSourceOptions source, KafkaClientOptions options, KafkaTopics topics, IKafkaAssignment assignment, TimeProvider time, ILogger log)
    {
        _source = source.Name;
        _options = options;
        _topics = topics;
        _assignment = assignment;
        _subscribed = [.. source.Topics.Keys];
        _time = time;
        _errors = new RepeatedErrors(time);
        _log = log;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(options.With(new ConsumerConfig
        {
            ClientId = $"actor-events-{source.Name}",
            GroupId = options.GroupId,
            GroupInstanceId = source.InstanceId,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)Math.Clamp(options.SessionTimeout.TotalMilliseconds / 4, 200, 3_000),
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            IsolationLevel = IsolationLevel.ReadCommitted,
            QueuedMinMessages = 10_000,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchQueueBackoffMs = 5,
            FetchWaitMaxMs = options.FetchWaitMs,
            AllowAutoCreateTopics = true,
        }))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.IsFatal || _errors.IsWorthSaying(error.Code.ToString()))
                {
                    Log.ConsumerError(_log, _source, error.Code, error.Reason);
                }

                if (error.IsFatal)
                {
                    _failure = new KafkaException(error);
                }
                else if (error.Code == ErrorCode.Local_AllBrokersDown)
                {
                    _suspect = true;
                }
            })
            .SetPartitionsAssignedHandler((_, partitions) => Guard(() => Assigned(partitions)))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked([.. partitions.Select(p => p.TopicPartition)]))
            .SetPartitionsLostHandler((_, partitions) => Lost([.. partitions.Select(p => p.TopicPartition)]))
            .Build();
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-{source.Name}" };
    }

    public void Start() => _thread.Start();

    /// <summary>The lane took a batch: there may be room.</summary>
    public void Taken() => _room.Set();

    /// <summary>For the group's offsets, which tools read; committed with the next interval.</summary>
    public void Committed(TopicPartition partition, long next) => _committed[partition] = next;

    /// <summary>No record is handed out any more; the membership stays.</summary>
    public void Quiet()
    {
        _quiet = true;
        _room.Set();
    }

    /// <summary>Commits the group's offsets, leaves, ends the thread; waits for it. False: it did not end in time.</summary>
    public bool Stop(TimeSpan timeout)
    {
        _quiet = true;
        _stop = true;
        _room.Set();
        return _thread.ThreadState.HasFlag(ThreadState.Unstarted) || _ended.Wait(timeout);
    }

    private void Run()
    {
        try
        {
            foreach (var topic in _subscribed)
            {
                // Makes it if it is not there: a subscription to nothing would hear of the topic only with a later metadata refresh.
                Task.Run(() => _topics.IdAsync(topic, fresh: false, CancellationToken.None)).GetAwaiter().GetResult();
            }

            _consumer.Subscribe(_subscribed);
            while (!_stop)
            {
                if (_failure is { } failure)
                {
                    throw failure;
                }

                CommitGroup(force: false);
                ResumeEmptied();
                if (HoldFull())
                {
                    continue;
                }

                Poll();
            }
        }
        catch (Exception e)
        {
            _assignment.Failed(e);
        }
        finally
        {
            // The lanes end with the source, which waits for this thread: no revoke from here on asks for a drain.
            _stop = true;
            CommitGroup(force: true);
            foreach (var buffer in _buffers.Values)
            {
                buffer.Close();
            }

            try
            {
                _consumer.Close();
            }
            catch (KafkaException e)
            {
                Log.ConsumerError(_log, _source, e.Error.Code, e.Error.Reason);
            }

            _consumer.Dispose();
            _ended.Set();
        }
    }

    /// <summary>One drain of the client's queue: the first record is waited for, what lies there already follows.</summary>
    private void Poll()
    {
        var taken = 0;
        try
        {
            for (var result = _consumer.Consume(ConsumeWait); result is not null; result = taken < MaxBatch ? _consumer.Consume(TimeSpan.Zero) : null)
            {
                taken++;
                if (_suspect)
                {
                    CheckIncarnations();
                }

                if (!_quiet && _buffers.TryGetValue(result.TopicPartition, out var buffer) && !buffer.Paused)
                {
                    buffer.Add(result);
                }
            }
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset)
        {
            OutOfRange(e.ConsumerRecord.TopicPartition);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal && e.Error.Code is not ErrorCode.Local_MaxPollExceeded)
        {
            // A topic that is not there yet, a leader that moves: the client goes on by itself.
            if (_errors.IsWorthSaying(e.Error.Code.ToString()))
            {
                Log.ConsumerError(_log, _source, e.Error.Code, e.Error.Reason);
            }
        }

        if (taken > 0)
        {
            foreach (var buffer in _buffers.Values)
            {
                buffer.Flush();
            }
        }
    }

    /// <summary>No broker was there for a while: what is read from now on may come from topics made anew, whose offsets mean something else.</summary>
    private void CheckIncarnations()
    {
        foreach (var topic in _buffers.Values.GroupBy(b => (b.Partition.Topic, b.TopicId)))
        {
            var id = Task.Run(() => _topics.IdAsync(topic.Key.Topic, fresh: true, CancellationToken.None)).GetAwaiter().GetResult();
            if (id != topic.Key.TopicId)
            {
                throw new InvalidOperationException($"topic {topic.Key.Topic} was made anew (it was {topic.Key.TopicId}, it is {id}); its partitions are read as new streams.");
            }
        }

        _suspect = false;
    }

    /// <summary>All full: hold the thread, for a short while. One full while others flow, or all full for longer: pause just those.</summary>
    private bool HoldFull()
    {
        var (full, flowing) = (0, 0);
        foreach (var buffer in _buffers.Values)
        {
            if (!buffer.Paused)
            {
                _ = IsFull(buffer) ? full++ : flowing++;
            }
        }

        if (full == 0)
        {
            _fullSince = -1;
            return false;
        }

        var now = _time.GetTimestamp();
        if (_fullSince < 0)
        {
            _fullSince = now;
        }

        if (flowing == 0 && _time.GetElapsedTime(_fullSince, now) < HoldBeforePause)
        {
            _room.Reset();
            _room.Wait(TimeSpan.FromMilliseconds(20));
            return true;
        }

        PartitionBuffer[] pause = [.. _buffers.Values.Where(b => !b.Paused && IsFull(b))];
        _consumer.Pause(pause.Select(b => b.Partition));
        foreach (var buffer in pause)
        {
            buffer.Paused = true;
        }

        return false;
    }

    private void ResumeEmptied()
    {
        foreach (var buffer in _buffers.Values)
        {
            if (buffer.Paused && buffer.Records < _options.BufferRecords / 2 && buffer.Bytes < _options.BufferBytes / 2)
            {
                buffer.Paused = false;
                _consumer.Resume([buffer.Partition]);

                // Resume alone wakes the client's fetcher only with its next tick, up to one second later.
                _consumer.Seek(new TopicPartitionOffset(buffer.Partition, buffer.Next));
            }
        }
    }

    private bool IsFull(PartitionBuffer buffer) => buffer.Records >= _options.BufferRecords || buffer.Bytes >= _options.BufferBytes;

    private void OutOfRange(TopicPartition partition)
    {
        if (!_buffers.TryGetValue(partition, out var buffer))
        {
            return;
        }

        var marks = _topics.Watermarks(partition);
        if (buffer.Next > marks.High.Value)
        {
            // Cut back, or another incarnation: the source starts again and asks for the topic's id.
            Log.LogShorter(_log, partition.Topic, partition.Partition.Value, buffer.Next, marks.High.Value);
            throw new InvalidOperationException($"{partition}: position {buffer.Next} is behind the end of the log ({marks.High.Value}).");
        }

        Log.RecordsGone(_log, partition.Topic, partition.Partition.Value, buffer.Next, marks.Low.Value, marks.Low.Value - buffer.Next);
        buffer.SkipTo(marks.Low.Value);
        _consumer.Seek(new TopicPartitionOffset(partition, marks.Low));
    }

    private IEnumerable<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0 || _stop)
        {
            return partitions.Select(p => new TopicPartitionOffset(p, Offset.End));
        }

        var buffers = _assignment.Assign(partitions);
        foreach (var buffer in buffers)
        {
            _buffers[buffer.Partition] = buffer;
        }

        Log.Assigned(_log, _source, partitions.Count, string.Join(", ", buffers.Select(b => $"{b.Partition} @{b.Next}")));
        return buffers.Select(b => new TopicPartitionOffset(b.Partition, b.Next));
    }

    private void Revoked(List<TopicPartition> partitions)
    {
        var buffers = Take(partitions);
        if (buffers.Count == 0)
        {
            return;
        }

        if (!_stop)
        {
            _assignment.Drain(buffers);
        }

        CommitGroup(force: true);
        Log.Revoked(_log, _source, buffers.Count, "revoked", string.Join(", ", partitions));
    }

    private void Lost(List<TopicPartition> partitions)
    {
        var buffers = Take(partitions);
        foreach (var buffer in buffers)
        {
            _committed.TryRemove(buffer.Partition, out _);
        }

        _assignment.Lose(buffers);
        Log.Revoked(_log, _source, buffers.Count, "lost", string.Join(", ", partitions));
    }

    /// <summary>Ends the buffers: what they still hold is dropped, not emitted.</summary>
    private List<PartitionBuffer> Take(List<TopicPartition> partitions)
    {
        var buffers = new List<PartitionBuffer>();
        foreach (var partition in partitions)
        {
            if (_buffers.Remove(partition, out var buffer))
            {
                buffer.Close();
                buffers.Add(buffer);
            }
        }

        return buffers;
    }

    private void CommitGroup(bool force)
    {
        if (_committed.IsEmpty || (!force && _time.GetElapsedTime(_groupCommitted) < GroupCommitInterval))
        {
            return;
        }

        _groupCommitted = _time.GetTimestamp();
        var offsets = new List<TopicPartitionOffset>();
        foreach (var partition in _committed.Keys)
        {
            if (_committed.TryRemove(partition, out var next))
            {
                offsets.Add(new TopicPartitionOffset(partition, next));
            }
        }

        try
        {
            _consumer.Commit(offsets);
        }
        catch (KafkaException e)
        {
            Log.GroupCommitFailed(_log, _source, e.Error.Reason);
        }
    }

    /// <summary>A handler must not throw: under the cooperative protocol the client would give up the whole assignment. The poll loop fails instead.</summary>
    private IEnumerable<TopicPartitionOffset> Guard(Func<IEnumerable<TopicPartitionOffset>> handler)
    {
        try
        {
            return handler();
        }
        catch (Exception e)
        {
            _failure = e;
            return [];
        }
    }
}
