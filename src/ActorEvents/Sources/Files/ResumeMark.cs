using System.Numerics;
using System.Runtime.InteropServices;

namespace ActorEvents.Sources.Files;

/// <summary>
/// A byte offset and, in the bits above it, a check of the bytes before it, in one number: so it is stored in the same row and at the same moment as the
/// position. A file that was replaced by another one with the same beginning is noticed before a byte of it is read.
/// </summary>
internal static class ResumeMark
{
    /// <summary>How many bytes before the offset are checked.</summary>
    public const int Window = 512;

    /// <summary>Largest offset: 16 TiB.</summary>
    public const long MaxOffset = (1L << OffsetBits) - 1;

    /// <summary>What <see cref="Crc"/> begins with.</summary>
    public const uint NoBytes = uint.MaxValue;

    private const int OffsetBits = 44;
    private const int CheckBits = 63 - OffsetBits;

    public static long Offset(long mark) => mark & MaxOffset;

    /// <param name="before">The bytes before the offset, up to <see cref="Window"/>, fewer only at the beginning of the file.</param>
    public static long Make(long offset, ReadOnlySpan<byte> before)
    {
        if (offset > MaxOffset)
        {
            throw new FileFormatException($"The file is larger than {MaxOffset} bytes; split it.");
        }

        return offset == 0 ? 0 : ((long)Check(before) << OffsetBits) | offset;
    }

    /// <summary>The CRC32C of some bytes and of those that come behind them.</summary>
    public static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var one in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }

    private static uint Check(ReadOnlySpan<byte> before) => Crc(NoBytes, before.Length > Window ? before[^Window..] : before) >> (32 - CheckBits);
}
