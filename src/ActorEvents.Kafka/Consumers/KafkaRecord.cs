using System.Buffers.Binary;

namespace ActorEvents.Kafka.Consumers;

/// <summary>One record: a view into its batch, valid as long as the batch is.</summary>
public readonly struct KafkaRecord
{
    private readonly byte[] _slab;
    private readonly RecordEntry _entry;

    internal KafkaRecord(byte[] slab, in RecordEntry entry)
    {
        _slab = slab;
        _entry = entry;
    }

    public long Offset => _entry.Offset;

    /// <summary>Milliseconds since 1970; -1 if there is none.</summary>
    public long Timestamp => _entry.Timestamp;

    /// <summary>False: null. A key of zero bytes is a key.</summary>
    public bool HasKey => _entry.KeyLength >= 0;

    /// <summary>False: a tombstone.</summary>
    public bool HasValue => _entry.ValueLength >= 0;

    public ReadOnlyMemory<byte> Key => new(_slab, _entry.Start, Math.Max(0, _entry.KeyLength));

    public ReadOnlyMemory<byte> Value => new(_slab, _entry.ValueStart, Math.Max(0, _entry.ValueLength));

    public int HeaderCount => _entry.HeaderCount;

    /// <summary>Bytes of key, value and headers.</summary>
    public int Size => _entry.Size;

    /// <summary>The value in an array of its own; null for a tombstone.</summary>
    public byte[]? CopyValue() => HasValue ? Value.ToArray() : null;

    /// <summary>Appends the headers in their order, values copied.</summary>
    public void CopyHeaders(List<KeyValuePair<string, byte[]?>> to, HeaderNames names)
    {
        var at = _entry.HeaderStart;
        for (var i = 0; i < _entry.HeaderCount; i++)
        {
            var nameLength = BinaryPrimitives.ReadInt32LittleEndian(_slab.AsSpan(at));
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(_slab.AsSpan(at + 4));
            at += 8;
            var name = names.Of(_slab.AsSpan(at, nameLength));
            at += nameLength;
            byte[]? value = null;
            if (valueLength >= 0)
            {
                value = _slab.AsSpan(at, valueLength).ToArray();
                at += valueLength;
            }

            to.Add(new(name, value));
        }
    }
}

/// <summary>Where a record lies in the slab of its batch: key, value, headers one after the other.</summary>
internal struct RecordEntry
{
    public long Offset;
    public long Timestamp;
    public int Start;
    public int KeyLength;
    public int ValueLength;
    public int HeaderCount;
    public int Size;

    public readonly int ValueStart => Start + Math.Max(0, KeyLength);

    public readonly int HeaderStart => ValueStart + Math.Max(0, ValueLength);
}

/// <summary>Records of one partition in ascending order, their bytes in one array.</summary>
public sealed class KafkaRecordBatch
{
    private readonly byte[] _slab;
    private readonly RecordEntry[] _entries;

    internal KafkaRecordBatch(byte[] slab, RecordEntry[] entries, long bytes)
    {
        _slab = slab;
        _entries = entries;
        Bytes = bytes;
    }

    public int Count => _entries.Length;

    /// <summary>Bytes of all keys, values and headers.</summary>
    public long Bytes { get; }

    public long FirstOffset => _entries[0].Offset;

    public long LastOffset => _entries[^1].Offset;

    public KafkaRecord this[int index] => new(_slab, in _entries[index]);
}
