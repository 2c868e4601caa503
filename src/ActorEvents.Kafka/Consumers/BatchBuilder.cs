using System.Buffers;
using System.Runtime.InteropServices;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// Copies records out of librdkafka's memory into batches, each into one array of the shared pool, at most twice as long as what is in it. A batch is read
/// and given back within its lane's next pull; an event keeps a copy of its own data and nothing of its batch, so one that waits for long holds what its
/// credits say. One builder per poll thread.
/// </summary>
internal sealed unsafe class BatchBuilder
{
    private const int MostRecords = 512;

    /// <summary>The pool's arrays have lengths of powers of two, and from 85,000 bytes on they would be large objects.</summary>
    private const int Slab = 64 * 1024;

    /// <summary>A batch is full here: one more record of the usual size still fits.</summary>
    private const int FullAt = 60 * 1024;

    private readonly RecordEntry[] _entries = new RecordEntry[MostRecords];
    private byte[] _slab = ArrayPool<byte>.Shared.Rent(Slab);
    private int _count;
    private int _length;
    private long _bytes;

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count == MostRecords || _length >= FullAt;

    public void Add(NativeMessage* message)
    {
        ref var entry = ref _entries[_count];
        entry.Offset = message->Offset;
        int timestampType;
        entry.Timestamp = Librdkafka.MessageTimestamp(message, &timestampType);
        entry.Start = _length;
        entry.KeyLength = Append(message->Key, message->KeyLength);
        entry.ValueLength = Append(message->Payload, message->PayloadLength);
        entry.HeaderCount = AppendHeaders(message);
        entry.End = _length;
        _bytes += entry.Size;
        _count++;
    }

    /// <summary>What was added, as a batch; empty afterwards.</summary>
    public KafkaRecordBatch Take()
    {
        var slab = _slab;
        if (_length > Slab / 2)
        {
            _slab = ArrayPool<byte>.Shared.Rent(Slab);
        }
        else
        {
            // Mostly empty: batches that wait in a buffer must not take much more memory than the records in them.
            slab = ArrayPool<byte>.Shared.Rent(_length);
            _slab.AsSpan(0, _length).CopyTo(slab);
        }

        var batch = new KafkaRecordBatch(slab, _entries.AsSpan(0, _count), _bytes);
        (_count, _length, _bytes) = (0, 0, 0);
        return batch;
    }

    private int Append(byte* from, nuint length)
    {
        if (from == null)
        {
            return -1;
        }

        var span = new ReadOnlySpan<byte>(from, checked((int)length));
        span.CopyTo(Room(span.Length));
        _length += span.Length;
        return span.Length;
    }

    private int AppendHeaders(NativeMessage* message)
    {
        if (Librdkafka.MessageHeaders(message, out var headers) != ErrorCode.NoError)
        {
            return 0;
        }

        var count = 0;
        byte* name;
        byte* value;
        nuint length;
        while (Librdkafka.HeaderGetAll(headers, (nuint)count, &name, &value, &length) == ErrorCode.NoError)
        {
            var nameBytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
            var valueBytes = new ReadOnlySpan<byte>(value, value == null ? 0 : checked((int)length));
            _length += RawHeaders.Write(Room(RawHeaders.Overhead + nameBytes.Length + valueBytes.Length), nameBytes, valueBytes, value != null);
            count++;
        }

        return count;
    }

    private Span<byte> Room(int length)
    {
        var wanted = _length + length;
        if (wanted > _slab.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(wanted, _slab.Length * 2L)));
            _slab.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_slab);
            _slab = larger;
        }

        return _slab.AsSpan(_length);
    }
}
