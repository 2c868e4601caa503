using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The partitions that this member has: where each is read, whether it is held back, and the stream that it is handed out as. Poll thread only,
/// but for <see cref="Reread"/>.
/// </summary>
/// <param name="handOut">Gets the buffer of each stream that is to be read.</param>
/// <param name="wake">Any thread: a buffer has room again, or its reader has cancelled.</param>
internal sealed class AssignedPartitions(
    KafkaConsumerSettings settings, IConsumer<Ignore, Ignore> consumer, NativeReader reader, Action<PartitionBuffer> handOut, Action wake, ILogger log)
{
    private readonly Dictionary<TopicPartition, AssignedPartition> _partitions = [];
    private readonly Dictionary<nint, string> _topicNames = [];
    private readonly HashSet<TopicPartition> _everHeld = [];
    private readonly List<TopicPartition> _letGo = [];
    private readonly ConcurrentDictionary<TopicPartition, long> _rereads = [];
    private int _held;

    public IReadOnlyCollection<TopicPartition> Names => _partitions.Keys;

    public bool Contains(TopicPartition partition) => _partitions.ContainsKey(partition);

    public AssignedPartition? Find(TopicPartition partition) => _partitions.GetValueOrDefault(partition);

    /// <summary>The partition that a record says it is of; null: it was just taken away.</summary>
    public AssignedPartition? Find(nint topic, int partition)
    {
        if (!_topicNames.TryGetValue(topic, out var name))
        {
            name = Marshal.PtrToStringUTF8(Librdkafka.TopicName(topic))!;
            _topicNames[topic] = name;
        }

        return Find(new TopicPartition(name, partition));
    }

    // ---- assigned and taken away

    /// <summary>A partition is ours now.</summary>
    /// <param name="idle">True: nobody is to read it.</param>
    public void Add(TopicPartitionOffset start, bool idle)
    {
        // The client may use the address of a topic again.
        _topicNames.Clear();
        var buffer = Open(start.TopicPartition, start.Offset.Value, start.Offset.Value);
        if (idle)
        {
            buffer.Close(null);
        }

        LetGoLater(start.TopicPartition);
    }

    /// <summary>Ends the streams of these partitions: what is not emitted is dropped.</summary>
    public void Close(IEnumerable<TopicPartition> partitions, Exception? failure)
    {
        foreach (var partition in partitions)
        {
            Find(partition)?.Buffer.Close(failure);
        }
    }

    /// <summary>Ends all streams; with a failure, they fail.</summary>
    public void CloseAll(Exception? failure)
    {
        foreach (var partition in _partitions.Values)
        {
            partition.Buffer.Close(failure);
        }
    }

    /// <summary>They are not ours any more.</summary>
    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        _topicNames.Clear();
        foreach (var partition in partitions)
        {
            if (_partitions.Remove(partition, out var assigned) && assigned.Held)
            {
                _held--;
            }
        }
    }

    // ---- held back and let go

    /// <summary>Buffers have room again, their readers have cancelled, or partitions are to be read again.</summary>
    public void Serve()
    {
        foreach (var asked in _rereads.ToArray())
        {
            if (_rereads.TryRemove(asked) && Find(asked.Key) is { } partition && asked.Value >= partition.First)
            {
                Restart(partition, asked.Value);
            }
        }

        foreach (var partition in _partitions.Values.ToArray())
        {
            if (partition.Buffer.IsCancelled)
            {
                // The partition is still ours: a new stream starts behind what the old one took.
                Restart(partition, partition.Buffer.Taken);
            }
            else if (partition.Held && !partition.Buffer.IsFull)
            {
                Hold(partition, false);
            }
        }
    }

    /// <summary>Ends all streams; the partitions stay ours, and nothing more of them is read.</summary>
    public void Idle()
    {
        foreach (var partition in _partitions.Values)
        {
            partition.Buffer.Close(null);
            Hold(partition, true);
        }
    }

    public void Hold(AssignedPartition partition, bool held)
    {
        if (partition.Held != held)
        {
            partition.Held = held;
            _held += held ? 1 : -1;
            _everHeld.Add(partition.Buffer.Partition);
            reader.Hold(partition.Buffer.Partition, held);
            if (held)
            {
                Log.HeldBack(log, partition.Buffer.Partition.Topic, partition.Buffer.Partition.Partition.Value, _held);
            }
        }
    }

    /// <summary>Partitions that were held in an earlier assignment do not flow by themselves, and can be let go only after the client has assigned them.</summary>
    public void LetGo()
    {
        foreach (var partition in _letGo)
        {
            if (Find(partition) is { Held: false })
            {
                reader.Hold(partition, false);
            }
        }

        _letGo.Clear();
    }

    // ---- started again

    /// <summary>Any thread: at the next <see cref="Serve"/> the partition is read again from a place on. Bounded by the number of partitions: the last call counts.</summary>
    public void Reread(TopicPartition partition, long from)
    {
        _rereads[partition] = from;
        wake();
    }

    /// <summary>Starts a partition again at its next offset. Not by Seek, which the client refuses while the partition stands still after an error.</summary>
    /// <exception cref="KafkaException">The client refuses it.</exception>
    public void Reassign(AssignedPartition assigned)
    {
        var partition = assigned.Buffer.Partition;
        try
        {
            consumer.IncrementalUnassign([partition]);
            consumer.IncrementalAssign([new TopicPartitionOffset(partition, assigned.Next)]);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_State)
        {
            // An assignor of the older kind: only the whole assignment can be set.
            consumer.Assign(_partitions.Values.Select(a => new TopicPartitionOffset(a.Buffer.Partition, a.Next)));
            foreach (var each in _partitions.Keys)
            {
                LetGoLater(each);
            }
        }

        LetGoLater(partition);
    }

    /// <summary>
    /// Ends the stream of a partition, with what it has not taken, and hands out another one. What the client has fetched by then is outdated by the seek, and
    /// what was taken off its queue is sorted already, so nothing of the old reading comes into the new stream.
    /// </summary>
    private void Restart(AssignedPartition partition, long from)
    {
        partition.Buffer.Close(null);

        // Below 0: the stream started at a logical offset and took nothing; the new one starts where the client stands.
        if (from >= 0)
        {
            consumer.Seek(new TopicPartitionOffset(partition.Buffer.Partition, from));
        }

        Hold(partition, false);
        Open(partition.Buffer.Partition, from, partition.First);
    }

    private PartitionBuffer Open(TopicPartition partition, long start, long first)
    {
        var buffer = new PartitionBuffer(partition, start, settings.MaxBufferedRecords, settings.MaxBufferedBytes, wake);
        _partitions[partition] = new AssignedPartition(buffer, first) { Next = start };
        handOut(buffer);
        return buffer;
    }

    private void LetGoLater(TopicPartition partition)
    {
        if (_everHeld.Contains(partition))
        {
            _letGo.Add(partition);
        }
    }
}
