using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ActorEvents.Sources.Files;

/// <summary>What the bytes at hand begin with.</summary>
internal enum Parsed
{
    /// <summary>A part of a record: more bytes are needed.</summary>
    More,

    /// <summary>A record, good or bad.</summary>
    Record,

    /// <summary>Nothing that is a record (blank line, header, a piece of a line that is too long); passed over.</summary>
    Nothing,
}

/// <summary>What a parser found; the reader adds offsets.</summary>
/// <param name="Consumed">Bytes passed, line end included.</param>
/// <param name="Lines">Lines passed.</param>
internal readonly record struct ParsedRecord(int Consumed, int Lines, byte[]? Data = null, string? Key = null, string? Problem = null, byte[]? Raw = null);

/// <summary>
/// Takes records off the beginning of some bytes. Pure but for what it remembers of the header and of a line that is too long, of which it keeps
/// <see cref="RawLimit"/> bytes and passes over the rest, so that memory is bounded whatever the file holds.
/// </summary>
internal abstract class RecordParser(FileReadOptions options)
{
    /// <summary>What is kept of a record that is too large.</summary>
    public const int RawLimit = 64 * 1024;

    private byte[]? _head;
    private long _skipped;

    protected FileReadOptions Options { get; } = options;

    /// <summary>Whether the incomplete record is a quoted field that goes over a line end.</summary>
    public virtual bool QuoteOpen => false;

    /// <summary>Whether the end of a line that is too long is still to come; then also no bytes are worth a call at the end of the file.</summary>
    public bool Skipping => _head is not null;

    public static RecordParser For(FileReadOptions options) => options.Format == FileFormat.Csv ? new CsvParser(options) : new NdjsonParser(options);

    /// <param name="bytes">From the beginning of a record.</param>
    /// <param name="final">No more bytes will come.</param>
    /// <param name="line">The line with which <paramref name="bytes"/> begin.</param>
    /// <param name="offset">Their place in the file.</param>
    public Parsed Next(ReadOnlySpan<byte> bytes, bool final, long line, long offset, out ParsedRecord record)
    {
        if (_head is not null)
        {
            return SkipOn(bytes, final, line, out record);
        }

        var parsed = Parse(bytes, final, line, offset, out record);
        if (parsed == Parsed.More && bytes.Length > Options.MaxEventBytes + 1)
        {
            // One byte more than the limit is allowed for a CR whose LF has not come yet.
            return TooLong(bytes, line, out record);
        }

        return parsed;
    }

    protected abstract Parsed Parse(ReadOnlySpan<byte> bytes, bool final, long line, long offset, out ParsedRecord record);

    /// <summary>Bytes of the line end and of what stands before it; -1: there is none yet.</summary>
    protected abstract int LineLength(ReadOnlySpan<byte> bytes, bool final, out int lineEnd);

    /// <summary>Called where a record is longer than the limit and has no end yet.</summary>
    protected virtual Parsed TooLong(ReadOnlySpan<byte> bytes, long line, out ParsedRecord record)
    {
        _head = bytes[..Math.Min(bytes.Length, RawLimit)].ToArray();
        _skipped = 0;
        return SkipOn(bytes, final: false, line, out record);
    }

    private Parsed SkipOn(ReadOnlySpan<byte> bytes, bool final, long line, out ParsedRecord record)
    {
        var length = LineLength(bytes, final, out var lineEnd);
        if (length < 0)
        {
            // A CR stays: it may get its LF.
            var passed = bytes.Length - (bytes is [.., (byte)'\r'] ? 1 : 0);
            _skipped += passed;
            record = new ParsedRecord(passed, 0);
            return passed == 0 ? Parsed.More : Parsed.Nothing;
        }

        record = new ParsedRecord(length + lineEnd, 1, Problem: Where(line) + TooLarge(_skipped + length), Raw: _head);
        _head = null;
        return Parsed.Record;
    }

    protected string Where(long line, int lines = 1) => lines > 1
        ? string.Create(CultureInfo.InvariantCulture, $"Lines {line} to {line + lines - 1} of '{Options.Path}': ")
        : string.Create(CultureInfo.InvariantCulture, $"Line {line} of '{Options.Path}': ");

    protected string TooLarge(long size) => string.Create(
        CultureInfo.InvariantCulture, $"the record has {size} bytes, the limit is {Options.MaxEventBytes}; raise events.max-bytes on all nodes or split the record");

    protected ParsedRecord Bad(ReadOnlySpan<byte> raw, int consumed, int lines, long line, string problem) =>
        new(consumed, lines, Problem: Where(line, lines) + problem, Raw: raw[..Math.Min(raw.Length, RawLimit)].ToArray());

    /// <summary>Null if all is UTF-8, else what to say.</summary>
    protected static string? NotUtf8(ReadOnlySpan<byte> bytes, long offset)
    {
        if (Utf8.IsValid(bytes))
        {
            return null;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"byte {at + 1} of the record, 0x{bytes[at]:X2} (byte {offset + at} of the file), is not UTF-8; convert the file to UTF-8 or mend the record");
    }
}
