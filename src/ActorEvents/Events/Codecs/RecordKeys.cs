using System.Buffers.Binary;
using System.Globalization;

namespace ActorEvents.Events.Codecs;

/// <summary>Reads the bytes of a record's key by its format. No byte is ever replaced, or two keys would become one entity.</summary>
internal static class RecordKeys
{
    public static DecodeFailure? Read(ReadOnlySpan<byte> bytes, KeyFormat format, out string? key)
    {
        key = format switch
        {
            KeyFormat.Utf8 => StrictUtf8.Read(bytes),
            KeyFormat.Int32 => bytes.Length == 4 ? BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture) : null,
            KeyFormat.Int64 => bytes.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture) : null,
            KeyFormat.Uuid => bytes.Length == 16 ? new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture) : null,
            _ => Convert.ToHexStringLower(bytes),
        };
        return key is null ? Refuse(bytes, format) : null;
    }

    private static DecodeFailure Refuse(ReadOnlySpan<byte> bytes, KeyFormat format) => new(
        "record key",
        DecodeFailure.Show(bytes),
        string.Create(CultureInfo.InvariantCulture, $"key-format = {Name(format)} wants {Wanted(format)}, the key has {bytes.Length} bytes"),
        "Set key-format to what the producer writes (utf8, int32, int64, uuid, hex; hex takes any bytes)");

    private static string Name(KeyFormat format) => format switch
    {
        KeyFormat.Utf8 => "utf8",
        KeyFormat.Int32 => "int32",
        KeyFormat.Int64 => "int64",
        KeyFormat.Uuid => "uuid",
        _ => "hex",
    };

    private static string Wanted(KeyFormat format) => format switch
    {
        KeyFormat.Utf8 => "valid UTF-8",
        KeyFormat.Int32 => "4 bytes",
        KeyFormat.Int64 => "8 bytes",
        KeyFormat.Uuid => "16 bytes",
        _ => "any bytes",
    };
}
