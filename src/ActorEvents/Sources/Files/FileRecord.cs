namespace ActorEvents.Sources.Files;

/// <summary>One record of a file: its data, or why it is none (then <see cref="Problem"/> is set, and it belongs into the dead letters).</summary>
/// <param name="Line">
/// The line (from 1, the header's included) on which it ends: position and origin number. A quoted line break makes one record of several lines, so numbers may have holes.
/// </param>
/// <param name="FirstLine">The line on which it begins.</param>
/// <param name="EndOffset">The byte of the file behind it, line end included.</param>
/// <param name="Resume">What to store beside <c>Line + 1</c> to go on behind it: the offset and a check of the bytes before it.</param>
/// <param name="Data">CSV: a JSON object of the columns; NDJSON: the line. Empty where there is a problem.</param>
/// <param name="Key">The key column's text; null only where no key column is set or there is a problem.</param>
/// <param name="Problem">One sentence that names file, line and cure; null for a good record.</param>
/// <param name="Raw">The record's bytes where there is a problem (of one that is too large: the first 64 KiB).</param>
public readonly record struct FileRecord(
    long Line, long FirstLine, long EndOffset, long Resume, ReadOnlyMemory<byte> Data, string? Key, string? Problem, ReadOnlyMemory<byte>? Raw);

/// <summary>Where a reading begins.</summary>
/// <param name="NextLine">Number of the line that comes next; 1 at the beginning of the file.</param>
/// <param name="Resume"><see cref="FileRecord.Resume"/> of the record before; 0 at the beginning of the file.</param>
internal readonly record struct FilePlace(long NextLine, long Resume)
{
    /// <summary>The beginning of the file.</summary>
    public static FilePlace Start => new(1, 0);
}

/// <summary>The file as a whole cannot be read as what it is said to be (header, key column).</summary>
internal sealed class FileFormatException(string message) : Exception(message);

/// <summary>The file is not any more the one that was read: shorter, replaced or gone. It is never read on at a stale byte.</summary>
internal class FileChangedException(string message) : IOException(message);

/// <summary>A followed file has lost what was read of it (copytruncate): what is in it now is another file's.</summary>
/// <param name="had">Bytes that it had, as far as is known.</param>
/// <param name="has">Bytes that it has now.</param>
/// <param name="readTo">The last line that was read, and the byte behind it.</param>
internal sealed class FileCutException(string message, long had, long has, FilePlaceInBytes readTo) : FileChangedException(message)
{
    public long Had { get; } = had;

    public long Has { get; } = has;

    public FilePlaceInBytes ReadTo { get; } = readTo;
}
