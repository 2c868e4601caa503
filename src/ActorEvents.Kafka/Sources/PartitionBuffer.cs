using System.Threading.Channels;
using ActorEvents.Events;
using ActorEvents.Sources;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Sources;

/// <summary>
/// What was read of one partition in one assignment and not yet taken by its lane: batches, bounded by the poll thread (it pauses a partition whose buffer
/// is above the limit). Thrown away on revoke, so nothing of an old assignment is emitted in a new one.
/// </summary>
/// <remarks>In flight: nothing (the lane's credits count that). Buffered: <see cref="Records"/>, <see cref="Bytes"/>. Capacity: by setting, overshot by one batch at most.</remarks>
internal sealed class PartitionBuffer(TopicPartition partition, string topicId, StreamId stream, RecordDecoder decoder, long start)
{
    private readonly Channel<ConsumeResult<byte[]?, byte[]?>[]> _batches = Channel.CreateUnbounded<ConsumeResult<byte[]?, byte[]?>[]>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly List<ConsumeResult<byte[]?, byte[]?>> _collecting = [];
    private KeyValuePair<string, byte[]?>[] _headers = new KeyValuePair<string, byte[]?>[8];
    private long _records;
    private long _bytes;
    private volatile bool _closed;

    public TopicPartition Partition { get; } = partition;

    /// <summary>The incarnation that was assigned.</summary>
    public string TopicId { get; } = topicId;

    public StreamId Stream { get; } = stream;

    /// <summary>Offset that is expected next; where a resumed partition goes on.</summary>
    public long Next { get; private set; } = start;

    /// <summary>Poll thread only: the client does not fetch it.</summary>
    public bool Paused { get; set; }

    public long Records => Interlocked.Read(ref _records);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Poll thread: takes a record in. One that is not above what was read is dropped (fetched twice over a pause).</summary>
    public void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (_closed || result.Offset.Value < Next)
        {
            return;
        }

        Next = result.Offset.Value + 1;
        Interlocked.Increment(ref _records);
        Interlocked.Add(ref _bytes, Size(result));
        _collecting.Add(result);
    }

    /// <summary>Poll thread: hands what was collected to the lane's stream.</summary>
    public void Flush()
    {
        if (_collecting.Count > 0)
        {
            _batches.Writer.TryWrite([.. _collecting]);
            _collecting.Clear();
        }
    }

    /// <summary>Poll thread: goes on at another offset (records are gone).</summary>
    public void SkipTo(long offset) => Next = offset;

    /// <summary>No record of this assignment is emitted any more; the stream completes.</summary>
    public void Close()
    {
        _closed = true;
        _batches.Writer.TryComplete();
    }

    /// <summary>The lane's stream: decoded batches.</summary>
    /// <param name="taken">Told after each batch, so that the poll thread looks again.</param>
    public async IAsyncEnumerable<IReadOnlyList<SourceRecord>> ReadAsync(Action taken)
    {
        while (await _batches.Reader.WaitToReadAsync())
        {
            while (_batches.Reader.TryRead(out var batch))
            {
                if (_closed)
                {
                    yield break;
                }

                var records = new SourceRecord[batch.Length];
                long bytes = 0;
                for (var i = 0; i < batch.Length; i++)
                {
                    bytes += Size(batch[i]);
                    records[i] = Decode(batch[i]);
                }

                Interlocked.Add(ref _records, -batch.Length);
                Interlocked.Add(ref _bytes, -bytes);
                taken();
                yield return records;
            }
        }
    }

    private SourceRecord Decode(ConsumeResult<byte[]?, byte[]?> result)
    {
        var message = result.Message;
        var count = 0;
        if (message.Headers is { Count: > 0 } headers)
        {
            if (headers.Count > _headers.Length)
            {
                _headers = new KeyValuePair<string, byte[]?>[headers.Count * 2];
            }

            for (; count < headers.Count; count++)
            {
                _headers[count] = new(headers[count].Key, headers[count].GetValueBytes());
            }
        }

        var record = new RawRecord(result.Offset.Value, message.Key, message.Value, _headers.AsSpan(0, count), message.Timestamp.UnixTimestampMs);
        return decoder.TryDecode(in record, out var envelope, out var failure)
            ? new SourceRecord(record.Number, envelope, null)
            : new SourceRecord(record.Number, null, decoder.Refuse(in record, failure));
    }

    private static int Size(ConsumeResult<byte[]?, byte[]?> result) => (result.Message.Key?.Length ?? 0) + (result.Message.Value?.Length ?? 0) + 64;
}
