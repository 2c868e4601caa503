using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorEvents.Sources.Files;

/// <summary>
/// CSV by RFC 4180; the first record is the header. A row becomes a JSON object whose values are the fields' text. Blank lines are passed over. A row
/// that is malformed never takes good ones with it: where a quote was left open, only the line on which it opens is bad, and the next line is read
/// as a row.
/// </summary>
internal sealed class CsvParser(FileReadOptions options) : RecordParser(options)
{
    /// <summary>So many lines inside of one record, each a row of the header's width, are taken for rows that an open quote swallowed.</summary>
    private const int SwallowedLines = 3;
    private const int SwallowedColumns = 4;
    private const string LeftOpen = "a quoted field begins here and is not closed; close the quote, or double a quote that is text in a quoted field";

    private readonly CsvScanner _scan = new((byte)options.Separator);
    private readonly CsvScanner _inner = new((byte)options.Separator);
    private readonly ArrayBufferWriter<byte> _json = new(512);
    private JsonEncodedText[]? _names;
    private Utf8JsonWriter? _writer;
    private int _key = -1;

    public override bool QuoteOpen => _scan.QuoteOpen;

    /// <summary>Whether the header was read.</summary>
    public bool HasHeader => _names is not null;

    protected override Parsed Parse(ReadOnlySpan<byte> bytes, bool final, long line, long offset, out ParsedRecord record)
    {
        record = default;
        switch (_scan.Scan(bytes, final))
        {
            case CsvScan.More:
                return Parsed.More;
            case CsvScan.OpenQuote:
                return FirstLine(bytes, final, line, LeftOpen, out record);
            case CsvScan.BehindQuote:
                var column = _scan.Fields.Count;
                return FirstLine(
                    bytes,
                    final,
                    line,
                    _scan.Lines > 0 ? LeftOpen : string.Create(CultureInfo.InvariantCulture, $"text stands behind the closing quote of field {column}; double quotes that are text"),
                    out record);
        }

        if (_scan.Length == 0)
        {
            record = new ParsedRecord(_scan.Consumed, _scan.Lines);
            return Parsed.Nothing;
        }

        var row = bytes[.._scan.Length];
        if (_names is null)
        {
            ReadHeader(row, line, offset);
            record = new ParsedRecord(_scan.Consumed, _scan.Lines);
            return Parsed.Nothing;
        }

        return Row(bytes, row, final, line, offset, out record);
    }

    protected override int LineLength(ReadOnlySpan<byte> bytes, bool final, out int lineEnd)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        end = end < 0 ? bytes.Length : end;
        lineEnd = CsvScanner.LineEnd(bytes[end..], final);
        return lineEnd < 0 ? -1 : end;
    }

    protected override Parsed TooLong(ReadOnlySpan<byte> bytes, long line, out ParsedRecord record)
    {
        if (LineLength(bytes, final: false, out _) >= 0)
        {
            return FirstLine(bytes, final: false, line, $"{LeftOpen} (looked for within events.max-bytes = {Options.MaxEventBytes})", out record);
        }

        return _names is null ? throw NoHeader(line, TooLarge(bytes.Length)) : base.TooLong(bytes, line, out record);
    }

    private Parsed Row(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> row, bool final, long line, long offset, out ParsedRecord record)
    {
        var right = _scan.Fields.Count == _names!.Length;
        if (_scan.Lines > 1 && Swallows(row, right))
        {
            return FirstLine(bytes, final, line, LeftOpen, out record);
        }

        var problem = !right
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the row has {_scan.Fields.Count} field(s), the header has {_names.Length}; mend the row, or quote fields that hold a '{Options.Separator}'")
            : row.Length > Options.MaxEventBytes ? TooLarge(row.Length) : NotUtf8(row, offset) ?? KeyProblem(row);
        byte[]? data = null;
        if (problem is null)
        {
            WriteJson(row);
            problem = _json.WrittenCount > Options.MaxEventBytes ? TooLarge(_json.WrittenCount) : null;
            data = problem is null ? _json.WrittenSpan.ToArray() : null;
        }

        record = problem is null
            ? new ParsedRecord(_scan.Consumed, _scan.Lines, data, _key < 0 ? null : Encoding.UTF8.GetString(Text(row, _scan.Fields[_key])))
            : Bad(row, _scan.Consumed, _scan.Lines, line, problem);
        return Parsed.Record;
    }

    private string? KeyProblem(ReadOnlySpan<byte> row)
    {
        if (_key < 0)
        {
            return null;
        }

        var (start, length, _) = _scan.Fields[_key];
        return length == 0 ? $"the key column '{Options.KeyColumn}' is empty; fill it, or change the setting key"
            : row.Slice(start, length).SequenceEqual(@"\N"u8) ? $"the key column '{Options.KeyColumn}' is \\N, as databases write NULL, and all rows without a key would be one entity's; fill it, or change the setting key"
            : null;
    }

    /// <summary>
    /// Whether the record holds lines that are rows of their own. One is enough where the record is wrong anyway; a record that is right by RFC 4180 is
    /// doubted only where it is hardly a text by chance.
    /// </summary>
    private bool Swallows(ReadOnlySpan<byte> record, bool right)
    {
        var (rows, others) = (0, 0);
        var rest = record[BehindLine(record)..];
        while (true)
        {
            var next = BehindLine(rest);
            if (next == 0 || next == rest.Length && rest[^1] is not ((byte)'\n' or (byte)'\r'))
            {
                break;
            }

            var isRow = _inner.Scan(rest[..next], final: true) == CsvScan.Record && _inner.Lines == 1 && _inner.Fields.Count == _names!.Length;
            var isBlank = rest[0] is (byte)'\n' or (byte)'\r';
            (rows, others) = isRow ? (rows + 1, others) : (rows, others + (isBlank ? 0 : 1));
            rest = rest[next..];
        }

        return right ? rows >= SwallowedLines && others == 0 && _names!.Length >= SwallowedColumns : rows > 0 && _names!.Length > 1;
    }

    private int BehindLine(ReadOnlySpan<byte> bytes) => LineLength(bytes, final: true, out var lineEnd) + lineEnd;

    /// <summary>Only the first line of what was scanned is bad.</summary>
    private Parsed FirstLine(ReadOnlySpan<byte> bytes, bool final, long line, string problem, out ParsedRecord record)
    {
        record = default;
        var length = LineLength(bytes, final, out var lineEnd);
        if (length < 0)
        {
            return Parsed.More;
        }

        if (_names is null)
        {
            throw NoHeader(line, LooksLikeJson(bytes[..length]) ?? problem);
        }

        record = Bad(bytes[..length], length + lineEnd, 1, line, problem);
        return Parsed.Record;
    }

    private void ReadHeader(ReadOnlySpan<byte> row, long line, long offset)
    {
        if (NotUtf8(row, offset) is { } problem)
        {
            throw NoHeader(line, problem);
        }

        if (LooksLikeJson(row) is { } json)
        {
            throw NoHeader(line, json);
        }

        var columns = new string[_scan.Fields.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Encoding.UTF8.GetString(Text(row, _scan.Fields[i]));
            var other = Array.IndexOf(columns, columns[i], 0, i);
            if (other >= 0)
            {
                throw new FileFormatException(string.Create(
                    CultureInfo.InvariantCulture, $"{Where(line)}the columns {other + 1} and {i + 1} have the same name '{columns[i]}'; give each column a name of its own"));
            }
        }

        _key = Options.KeyColumn is null ? -1 : Array.IndexOf(columns, Options.KeyColumn);
        if (Options.KeyColumn is not null && _key < 0)
        {
            throw new FileFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Where(line)}there is no column '{Options.KeyColumn}' (setting key); separated by '{Options.Separator}' (setting separator) the header has {columns.Length} column(s): {Shown(columns)}"));
        }

        _names = [.. columns.Select(c => JsonEncodedText.Encode(c, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
    }

    /// <summary>What to say of a header that is JSON; null: it is none.</summary>
    private static string? LooksLikeJson(ReadOnlySpan<byte> row)
    {
        row = row.Trim(" \t"u8);
        if (row is not [(byte)'{' or (byte)'[', ..])
        {
            return null;
        }

        const string Wrong = "it is JSON, and no names of columns. Set format = ndjson";
        var reader = new Utf8JsonReader(row);
        try
        {
            return row.Length == 1 ? Wrong + ", and write one JSON value a line (jq -c .)" : reader.Read() && reader.TrySkip() && !reader.Read() ? Wrong : null;
        }
        catch (JsonException)
        {
            // A name of a column in brackets.
            return null;
        }
    }

    private FileFormatException NoHeader(long line, string problem) => new($"{Where(line)}the header cannot be read: {problem}");

    private static string Shown(string[] columns)
    {
        var all = string.Join(" | ", columns);
        return all.Length > 300 ? all[..300] + " …" : all;
    }

    private void WriteJson(ReadOnlySpan<byte> row)
    {
        _json.ResetWrittenCount();
        if (_writer is null)
        {
            _writer = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        }
        else
        {
            _writer.Reset();
        }

        _writer.WriteStartObject();
        for (var i = 0; i < _names!.Length; i++)
        {
            _writer.WriteString(_names[i], Text(row, _scan.Fields[i]));
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> row, CsvField field)
    {
        var text = row.Slice(field.Start, field.Length);
        if (!field.Escaped)
        {
            return text;
        }

        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            plain[length++] = text[i];
            if (text[i] == '"')
            {
                i++;
            }
        }

        return plain.AsSpan(0, length);
    }
}
