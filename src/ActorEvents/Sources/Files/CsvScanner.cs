namespace ActorEvents.Sources.Files;

/// <summary>A field inside of a record.</summary>
/// <param name="Escaped">It holds doubled quotes.</param>
internal readonly record struct CsvField(int Start, int Length, bool Escaped);

/// <summary>What a scan came to.</summary>
internal enum CsvScan
{
    /// <summary>The record is not complete: more bytes are needed.</summary>
    More,

    Record,

    /// <summary>A quoted field is open at the end of the file.</summary>
    OpenQuote,

    /// <summary>Something other than a separator or line end stands behind a closing quote.</summary>
    BehindQuote,
}

/// <summary>
/// Finds the end and the fields of one CSV record (RFC 4180) at the beginning of some bytes. A quote counts only as the first byte of a field; in other
/// fields it is text. Line ends are LF, CR LF and CR, also mixed. Pure.
/// </summary>
internal sealed class CsvScanner(byte separator)
{
    private readonly List<CsvField> _fields = [];

    /// <summary>The fields of the last <see cref="CsvScan.Record"/>, without quotes around them.</summary>
    public List<CsvField> Fields => _fields;

    /// <summary>Bytes of the record without its line end.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the record with its line end.</summary>
    public int Consumed { get; private set; }

    /// <summary>Line ends in the record, its own included.</summary>
    public int Lines { get; private set; }

    /// <summary>After <see cref="CsvScan.More"/>: whether a quoted field is open over a line end.</summary>
    public bool QuoteOpen { get; private set; }

    /// <param name="final">No more bytes will come: the end is the end of the record.</param>
    public CsvScan Scan(ReadOnlySpan<byte> bytes, bool final)
    {
        _fields.Clear();
        (Lines, QuoteOpen) = (0, false);
        var at = 0;
        while (true)
        {
            CsvScan? verdict;
            int end;
            if (at < bytes.Length && bytes[at] == '"')
            {
                verdict = Quoted(bytes, at, final, out end);
            }
            else
            {
                end = bytes[at..].IndexOfAny(separator, (byte)'\r', (byte)'\n');
                verdict = end < 0 && !final ? CsvScan.More : null;
                end = end < 0 ? bytes.Length : at + end;
                _fields.Add(new CsvField(at, end - at, false));
            }

            if (verdict is not null)
            {
                return verdict.Value;
            }

            if (end < bytes.Length && bytes[end] == separator)
            {
                at = end + 1;
                continue;
            }

            var lineEnd = LineEnd(bytes[end..], final);
            if (lineEnd < 0)
            {
                return CsvScan.More;
            }

            (Length, Consumed, Lines) = (end, end + lineEnd, Lines + 1);
            return CsvScan.Record;
        }
    }

    /// <summary>Bytes of the line end at the beginning of <paramref name="bytes"/>; 0 at the end of the file; -1: a CR that may get its LF.</summary>
    public static int LineEnd(ReadOnlySpan<byte> bytes, bool final) => bytes switch
    {
        [(byte)'\r', (byte)'\n', ..] => 2,
        [(byte)'\r'] => final ? 1 : -1,
        [] => final ? 0 : -1,
        _ => 1,
    };

    private CsvScan? Quoted(ReadOnlySpan<byte> bytes, int start, bool final, out int end)
    {
        end = start + 1;
        var escaped = false;
        while (true)
        {
            var found = bytes[end..].IndexOfAny((byte)'"', (byte)'\r', (byte)'\n');
            if (found < 0)
            {
                QuoteOpen = Lines > 0;
                return final ? CsvScan.OpenQuote : CsvScan.More;
            }

            end += found;
            if (bytes[end] != '"')
            {
                var lineEnd = LineEnd(bytes[end..], final);
                if (lineEnd < 0)
                {
                    return CsvScan.More;
                }

                Lines++;
                end += lineEnd;
                continue;
            }

            end++;
            if (end == bytes.Length && !final)
            {
                return CsvScan.More;
            }

            if (end < bytes.Length && bytes[end] == '"')
            {
                escaped = true;
                end++;
                continue;
            }

            _fields.Add(new CsvField(start + 1, end - start - 2, escaped));
            return end == bytes.Length || bytes[end] == separator || bytes[end] is (byte)'\r' or (byte)'\n' ? null : CsvScan.BehindQuote;
        }
    }
}
