using System.Buffers.Binary;
using System.Text;

namespace ActorEvents.Events;

/// <summary>
/// Strings that repeat from record to record (types, sources, names), found by their bytes, so that a record of a known type allocates none. Bounded: a new
/// text takes the place of another of the same slot. What is in it has passed its rule. Not thread-safe.
/// </summary>
internal sealed class TextCache
{
    private const int Slots = 64;
    private const int MaxBytes = 128;

    private readonly byte[]?[] _bytes = new byte[Slots][];
    private readonly string[] _texts = new string[Slots];

    public string? Find(ReadOnlySpan<byte> utf8)
    {
        var slot = Slot(utf8);
        return _bytes[slot] is { } known && utf8.SequenceEqual(known) ? _texts[slot] : null;
    }

    public void Add(ReadOnlySpan<byte> utf8, string text)
    {
        if (utf8.Length <= MaxBytes)
        {
            var slot = Slot(utf8);
            _bytes[slot] = utf8.ToArray();
            _texts[slot] = text;
        }
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
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

        return (int)((mix * 0x9E3779B97F4A7C15UL) >> 58);
    }
}
