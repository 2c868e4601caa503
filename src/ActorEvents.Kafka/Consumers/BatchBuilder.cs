using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// Copies records out of librdkafka's memory into batches. One per poll thread; the scratch space is its own and reused. A batch stays below the size at
/// which arrays go to the large object heap, unless one record alone is larger; so an event that is kept for long keeps little else.
/// </summary>
internal sealed unsafe class BatchBuilder
{
    private const int MostRecords = 512;
    private const int MostBytes = 64 * 1024;
    private const int LargestKept = 1024 * 1024;

    private readonly RecordEntry[] _entries = new RecordEntry[MostRecords];
    private byte[] _scratch = new byte[MostBytes];
    private int _count;
    private int _length;
    private long _bytes;

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count == MostRecords || _length >= MostBytes;

    public void Add(NativeMessage* message)
    {
        ref var entry = ref _entries[_count];
        entry.Offset = message->Offset;
        int timestampType;
        entry.Timestamp = Librdkafka.MessageTimestamp(message, &timestampType);
        entry.Start = _length;
        entry.KeyLength = Append(message->Key, message->KeyLength);
        entry.ValueLength = Append(message->Payload, message->PayloadLength);
        entry.Size = _length - entry.Start;
        entry.HeaderCount = AppendHeaders(message, ref entry.Size);
        _bytes += entry.Size;
        _count++;
    }

    /// <summary>What was added, as a batch; empty afterwards.</summary>
    public KafkaRecordBatch Take()
    {
        var batch = new KafkaRecordBatch(_scratch.AsSpan(0, _length).ToArray(), _entries.AsSpan(0, _count).ToArray(), _bytes);
        (_count, _length, _bytes) = (0, 0, 0);
        if (_scratch.Length > LargestKept)
        {
            _scratch = new byte[MostBytes];
        }

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

    private int AppendHeaders(NativeMessage* message, ref int size)
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
            var valueLength = value == null ? -1 : checked((int)length);
            var room = Room(8 + nameBytes.Length + Math.Max(0, valueLength));
            BinaryPrimitives.WriteInt32LittleEndian(room, nameBytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(room[4..], valueLength);
            nameBytes.CopyTo(room[8..]);
            if (valueLength > 0)
            {
                new ReadOnlySpan<byte>(value, valueLength).CopyTo(room[(8 + nameBytes.Length)..]);
            }

            _length += 8 + nameBytes.Length + Math.Max(0, valueLength);
            size += nameBytes.Length + Math.Max(0, valueLength);
            count++;
        }

        return count;
    }

    private Span<byte> Room(int length)
    {
        var wanted = _length + length;
        if (wanted > _scratch.Length)
        {
            Array.Resize(ref _scratch, (int)Math.Min(Array.MaxLength, Math.Max(wanted, _scratch.Length * 2L)));
        }

        return _scratch.AsSpan(_length);
    }
}
