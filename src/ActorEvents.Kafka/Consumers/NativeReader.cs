using System.Runtime.InteropServices;
using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The consumer's native queue. Records are read in batches; callbacks (rebalance, errors) run inside <see cref="Read"/> on the reading thread. Single partitions
/// can be held back: their fetched records then stay in librdkafka, bounded by queued.*, and come in order when they are let go. That
/// costs nothing, while Pause throws away what was prefetched and Resume may sleep for a second.
/// </summary>
internal sealed unsafe class NativeReader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeHandle _handle;
    private readonly nint _client;
    private readonly NativeMessage*[] _messages;
    private nint _queue;
    private bool _closing;

    public NativeReader(IClient client, int most)
    {
        _handle = Librdkafka.HandleOf(client);
        var referenced = false;
        _handle.DangerousAddRef(ref referenced);
        _client = _handle.DangerousGetHandle();
        _queue = Librdkafka.QueueGetConsumer(_client);
        _messages = new NativeMessage*[most];
    }

    /// <summary>Message <paramref name="index"/> of the last read; belongs to the caller, who gives it back with <see cref="Librdkafka.MessageDestroy"/>.</summary>
    public NativeMessage* this[int index] => _messages[index];

    /// <summary>Takes what is there, at most <paramref name="most"/>; waits for the first. -1: an error of the client.</summary>
    public int Read(int most, int timeoutMs)
    {
        fixed (NativeMessage** first = _messages)
        {
            // librdkafka waits until the array is full or the time is over: so wait for one, and take the rest without waiting.
            var count = 0;
            if (timeoutMs > 0)
            {
                count = (int)Librdkafka.ConsumeBatch(_queue, timeoutMs, first, 1);
                if (count <= 0 || most == 1)
                {
                    return count;
                }
            }

            var more = (int)Librdkafka.ConsumeBatch(_queue, 0, first + count, (nuint)(most - count));
            return more < 0 ? (count > 0 ? count : more) : count + more;
        }
    }

    /// <summary>
    /// From now on <see cref="Wake"/> does nothing. Before the client is closed: its close waits on the same queue, and would take a wake-up for the end of its time.
    /// </summary>
    public void StopWaking()
    {
        lock (_lock)
        {
            _closing = true;
        }
    }

    /// <summary>Any thread: makes a waiting <see cref="Read"/> return.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_queue != 0 && !_closing)
            {
                Librdkafka.QueueYield(_queue);
            }
        }
    }

    /// <summary>Holds a partition back (true) or lets it go.</summary>
    public void Hold(TopicPartition partition, bool held)
    {
        var queue = Librdkafka.QueueGetPartition(_client, partition.Topic, partition.Partition.Value);
        if (queue != 0)
        {
            Librdkafka.QueueForward(queue, held ? 0 : _queue);
            Librdkafka.QueueDestroy(queue);
        }
    }

    /// <summary>Before the client is disposed, after it is closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_queue != 0)
            {
                Librdkafka.QueueDestroy(_queue);
                _queue = 0;
                _handle.DangerousRelease();
            }
        }
    }
}
