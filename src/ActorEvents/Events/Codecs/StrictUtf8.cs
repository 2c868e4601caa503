using System.Buffers;
using System.Text.Unicode;

namespace ActorEvents.Events.Codecs;

/// <summary>Reads UTF-8 as text, checked and turned into characters in one pass.</summary>
internal static class StrictUtf8
{
    private const int MostOnStack = 128;

    /// <summary>The text, or null where the bytes are no UTF-8; nothing is ever replaced.</summary>
    public static string? Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MostOnStack)
        {
            // A text has at most as many UTF-16 units as bytes.
            return Read(utf8, stackalloc char[MostOnStack]);
        }

        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        var text = Read(utf8, rented);
        ArrayPool<char>.Shared.Return(rented);
        return text;
    }

    private static string? Read(ReadOnlySpan<byte> utf8, Span<char> room) =>
        Utf8.ToUtf16(utf8, room, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done ? new string(room[..length]) : null;
}
