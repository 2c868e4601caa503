using System.Runtime.CompilerServices;
using System.Text;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Kafka.Native;

/// <summary>Key and headers of one record at a time, in memory that stays where it is. Not thread-safe.</summary>
internal sealed unsafe class RecordBuffer : IHeaderSink
{
    /// <summary>Fields of a record besides key and headers.</summary>
    private const int Others = 4;

    private readonly List<(int Name, int Value, int Length)> _headers = [];
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(4_096, pinned: true);
    private NativeField[] _fields = GC.AllocateArray<NativeField>(32, pinned: true);
    private int _used;
    private int _key;
    private bool _hasValue;

    /// <summary>Begins a record.</summary>
    /// <param name="key">Null: none.</param>
    /// <param name="hasValue">False: its value is null.</param>
    public void Begin(string? key, bool hasValue = true)
    {
        _hasValue = hasValue;
        _used = 0;
        _headers.Clear();
        _key = key is null ? -1 : Append(key);
    }

    public void Add(string name, string value)
    {
        var at = _used;
        Append(name);
        _bytes[_used++] = 0;
        _headers.Add((at, _used, Append(value)));
    }

    /// <summary>The record's fields; key and headers point into this buffer.</summary>
    public ReadOnlySpan<NativeField> Fields(nint topic, byte* value, int length, nint opaque)
    {
        if (_fields.Length < _headers.Count + Others + 1)
        {
            _fields = GC.AllocateArray<NativeField>(2 * (_headers.Count + Others), pinned: true);
        }

        // Pinned for good. A null pointer would be no value, which is another thing than an empty one.
        var bytes = (byte*)Unsafe.AsPointer(ref _bytes[0]);
        var count = 0;
        _fields[count++] = new NativeField { Type = NativeField.TopicType, Pointer = topic };
        _fields[count++] = new NativeField { Type = NativeField.ValueType, Pointer = !_hasValue ? 0 : (nint)(length > 0 ? value : bytes), Length = (nuint)length };
        _fields[count++] = new NativeField { Type = NativeField.OpaqueType, Pointer = opaque };
        _fields[count++] = new NativeField { Type = NativeField.FlagsType, Flags = NativeField.Copy };
        if (_key >= 0)
        {
            _fields[count++] = new NativeField { Type = NativeField.KeyType, Pointer = (nint)bytes, Length = (nuint)_key };
        }

        foreach (var (name, at, size) in _headers)
        {
            _fields[count++] = new NativeField { Type = NativeField.HeaderType, Pointer = (nint)(bytes + name), HeaderValue = bytes + at, HeaderLength = size };
        }

        return _fields.AsSpan(0, count);
    }

    /// <summary>The number of bytes; behind them there is room for one more.</summary>
    private int Append(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        if (_bytes.Length - _used < most)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(2 * _bytes.Length, _used + most), pinned: true);
            _bytes.AsSpan(0, _used).CopyTo(larger);
            _bytes = larger;
        }

        var length = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_used));
        _used += length;
        return length;
    }
}
