using System.Buffers.Binary;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// What repeats from record to record (types, sources, names), found by its bytes, so that a record of a known type allocates none. Bounded: a new
/// text takes the place of the oldest of its set. What is in it has passed its rule. Not thread-safe.
/// </summary>
/// <typeparam name="T">What the bytes stand for.</typeparam>
internal sealed class TextCache<T>
    where T : class
{
    private const int Sets = 16;
    private const int Ways = 4;
    private const int MaxBytes = 128;

    private readonly byte[]?[] _bytes = new byte[Sets * Ways][];
    private readonly T[] _texts = new T[Sets * Ways];

    public T? Find(ReadOnlySpan<byte> utf8)
    {
        var first = Set(utf8) * Ways;
        for (var i = first; i < first + Ways; i++)
        {
            if (_bytes[i] is { } known && utf8.SequenceEqual(known))
            {
                return _texts[i];
            }
        }

        return null;
    }

    public void Add(ReadOnlySpan<byte> utf8, T text)
    {
        if (utf8.Length > MaxBytes)
        {
            return;
        }

        var first = Set(utf8) * Ways;
        Array.Copy(_bytes, first, _bytes, first + 1, Ways - 1);
        Array.Copy(_texts, first, _texts, first + 1, Ways - 1);
        _bytes[first] = utf8.ToArray();
        _texts[first] = text;
    }

    private static int Set(ReadOnlySpan<byte> utf8)
    {
        ulong mix = (ulong)utf8.Length;
        if (utf8.Length >= 8)
        {
            mix ^= BinaryPrimitives.ReadUInt64LittleEndian(utf8) ^ (BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]) * 31);
        }
        else
        {
            foreach (var b in utf8)
            {
                mix = (mix * 31) + b;
            }
        }

        return (int)((mix * 0x9E3779B97F4A7C15UL) >> 60);
    }
}
