using System.Buffers;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Kafka.Consumers;

/// <summary>One record: a view into its batch, to be read before that is disposed.</summary>
internal readonly ref struct KafkaRecord
{
    private readonly ReadOnlySpan<byte> _slab;
    private readonly ref readonly RecordEntry _entry;

    internal KafkaRecord(ReadOnlySpan<byte> slab, ref readonly RecordEntry entry)
    {
        _slab = slab;
        _entry = ref entry;
    }

    public long Offset => _entry.Offset;

    /// <summary>Milliseconds since 1970; -1 if there is none.</summary>
    public long Timestamp => _entry.Timestamp;

    /// <summary>False: null. A key of zero bytes is a key.</summary>
    public bool HasKey => _entry.KeyLength >= 0;

    /// <summary>False: a tombstone.</summary>
    public bool HasValue => _entry.ValueLength >= 0;

    public ReadOnlySpan<byte> Key => _slab.Slice(_entry.Start, Math.Max(0, _entry.KeyLength));

    public ReadOnlySpan<byte> Value => _slab.Slice(_entry.ValueStart, Math.Max(0, _entry.ValueLength));

    public RawHeaders Headers => new(_slab[_entry.HeaderStart.._entry.End], _entry.HeaderCount);

    /// <summary>Bytes of key, value and headers.</summary>
    public int Size => _entry.Size;
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
    public int End;

    public readonly int ValueStart => Start + Math.Max(0, KeyLength);

    public readonly int HeaderStart => ValueStart + Math.Max(0, ValueLength);

    public readonly int Size => End - Start - (HeaderCount * RawHeaders.Overhead);
}

/// <summary>
/// Records of one partition in ascending order, their bytes in one array. Dispose it when they are read: its arrays then serve the next one. One that
/// is not disposed is left to the garbage collector. One thread at a time.
/// </summary>
internal sealed class KafkaRecordBatch : IDisposable
{
    /// <summary>What one large record needed is not kept.</summary>
    private const int LargestReused = 1024 * 1024;

    private readonly RecordEntry[] _entries;
    private byte[]? _slab;

    /// <summary>No records: whatever lies in front of <paramref name="next"/> and did not come (transaction markers, aborted and deleted records) never will.</summary>
    internal KafkaRecordBatch(long next)
    {
        _entries = [];
        FirstOffset = LastOffset = next - 1;
    }

    /// <param name="slab">Of the shared pool; the batch's from now on.</param>
    internal KafkaRecordBatch(byte[] slab, ReadOnlySpan<RecordEntry> entries, long bytes)
    {
        _slab = slab;
        _entries = ArrayPool<RecordEntry>.Shared.Rent(entries.Length);
        entries.CopyTo(_entries);
        Count = entries.Length;
        Bytes = bytes;
        FirstOffset = entries[0].Offset;
        LastOffset = entries[^1].Offset;
    }

    /// <summary>0: nothing is to be read up to <see cref="LastOffset"/>.</summary>
    public int Count { get; }

    /// <summary>Bytes of all keys, values and headers.</summary>
    public long Bytes { get; }

    public long FirstOffset { get; }

    public long LastOffset { get; }

    /// <exception cref="ObjectDisposedException">The batch is disposed.</exception>
    public KafkaRecord this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_slab is null, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return new(_slab, in _entries[index]);
        }
    }

    public void Dispose()
    {
        if (_slab is { } slab)
        {
            _slab = null;
            ArrayPool<RecordEntry>.Shared.Return(_entries);
            if (slab.Length <= LargestReused)
            {
                ArrayPool<byte>.Shared.Return(slab);
            }
        }
    }
}
