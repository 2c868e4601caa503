namespace ActorEvents.Sources.Files;

/// <summary>Tells by its first bytes a file that no setting makes readable. Whatever it says of a file, every record of that file would be a dead letter, or worse.</summary>
internal static class FileSignature
{
    /// <summary>So far NULs are looked for: a file whose records begin behind here is left to its parser.</summary>
    private const int Looked = 4096;

    /// <summary>What the file is, and what to do; null: it may be a text.</summary>
    public static string? Refusal(ReadOnlySpan<byte> head)
    {
        var (looks, cure) = head switch
        {
            [0x1F, 0x8B, ..] => ("is compressed (gzip)", "Unpack it (gunzip)"),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ("is compressed (zstd)", "Unpack it (unzstd)"),
            [(byte)'P', (byte)'K', 3, 4, ..] => ("is a ZIP archive, or a spreadsheet", "Unpack it, or export it as CSV"),
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => ("is UTF-16", "Convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)"),
            _ => (null, ""),
        };
        if (looks is null)
        {
            // Where a writer that does not append goes on after a cut, the file begins with NULs: those are passed over.
            var text = head.TrimStart((byte)0);
            if (text[..Math.Min(text.Length, Looked)].Contains((byte)0))
            {
                (looks, cure) = ("holds NUL bytes, as UTF-16 without a mark and binary files do", "Convert it to UTF-8 (iconv -f UTF-16LE -t UTF-8)");
            }
        }

        return looks is null ? null : $"{looks}, not text in UTF-8; nothing of it is read. {cure}, and name the result.";
    }
}
