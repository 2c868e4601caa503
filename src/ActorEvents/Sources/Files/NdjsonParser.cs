using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Sources.Files;

/// <summary>
/// One JSON value a line; lines end with LF or CR LF; lines of blanks only are passed over. The key is the member of that name at the top; of
/// several with one name the last counts, as it does for handlers.
/// </summary>
internal sealed class NdjsonParser(FileReadOptions options) : RecordParser(options)
{
    private readonly byte[]? _key = options.KeyColumn is null ? null : Encoding.UTF8.GetBytes(options.KeyColumn);

    protected override Parsed Parse(ReadOnlySpan<byte> bytes, bool final, long line, long offset, out ParsedRecord record)
    {
        record = default;
        var length = LineLength(bytes, final, out var lineEnd);
        if (length < 0)
        {
            return Parsed.More;
        }

        var text = bytes[..length];
        var consumed = length + lineEnd;
        if (text.TrimStart(" \t\r"u8).IsEmpty)
        {
            record = new ParsedRecord(consumed, 1);
            return Parsed.Nothing;
        }

        string? key = null;
        var problem = length > Options.MaxEventBytes ? TooLarge(length) : NotUtf8(text, offset) ?? Read(text, out key);
        record = problem is null ? new ParsedRecord(consumed, 1, text.ToArray(), key) : Bad(text, consumed, 1, line, problem);
        return Parsed.Record;
    }

    protected override int LineLength(ReadOnlySpan<byte> bytes, bool final, out int lineEnd)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            (end, lineEnd) = (final ? bytes.Length : -1, 0);
        }
        else
        {
            lineEnd = 1;
        }

        if (end > 0 && bytes[end - 1] == '\r')
        {
            end--;
            lineEnd++;
        }

        return end;
    }

    /// <summary>Checks that it is one JSON value and finds the key.</summary>
    private string? Read(ReadOnlySpan<byte> json, out string? key)
    {
        key = null;
        if (JsonNesting.IsTooDeep(json))
        {
            return $"the JSON is nested deeper than {JsonNesting.MaxDepth} arrays and objects; write flatter data";
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonNesting.MaxDepth });
        var found = false;
        string? problem = null;
        try
        {
            reader.Read();
            if (_key is null || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
            }
            else
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isKey = reader.ValueTextEquals(_key);
                    reader.Read();
                    if (isKey)
                    {
                        (found, problem) = (true, KeyOf(ref reader, out key));
                    }

                    reader.Skip();
                }
            }

            // Behind the value only blanks may stand: anything else throws.
            reader.Read();
        }
        catch (JsonException)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"it is not one well-formed JSON value, at or behind byte {reader.BytesConsumed + 1}; write one JSON value (RFC 8259) a line");
        }

        return _key is null || found ? problem : $"there is no member '{Options.KeyColumn}' for the key; add it, or change the setting key";
    }

    private string? KeyOf(ref Utf8JsonReader reader, out string? key)
    {
        key = null;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                key = Encoding.UTF8.GetString(reader.ValueSpan);
                return null;
            case JsonTokenType.String:
                try
                {
                    key = reader.GetString();
                    return key is { Length: > 0 } ? null : $"the key '{Options.KeyColumn}' is empty";
                }
                catch (InvalidOperationException)
                {
                    return $"the key '{Options.KeyColumn}' holds half of a surrogate pair";
                }

            default:
                return $"the key '{Options.KeyColumn}' is {reader.TokenType switch { JsonTokenType.Null => "null", JsonTokenType.True or JsonTokenType.False => "a boolean", _ => "an object or array" }}; a key is a string or a number";
        }
    }
}
