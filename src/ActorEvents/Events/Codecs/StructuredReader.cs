using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// Reads the JSON of structured mode into a draft. JSON data is not parsed but passed over and taken byte for byte. Duplicate members, whatever follows the
/// object, and values that are none are refused; a byte order mark is passed over. Not thread-safe.
/// </summary>
internal sealed class StructuredReader(AttributeDraft draft, AttributeNames names)
{
    private const int MaxMembers = AttributeDraft.MaxExtensions + 12;
    private const string Cure = "Send one JSON object (RFC 8259, UTF-8) as the CloudEvents JSON format has it";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly byte[] _scratch = new byte[1_024];

    // Data comes before or behind its content type: what was found is kept until the end.
    private Range _data;
    private JsonTokenType _dataToken;

    /// <summary>The last record has data: neither absent nor null.</summary>
    public bool HasData { get; private set; }

    /// <summary>The data of the last record, where its bytes do not stand in the value: an array of its own.</summary>
    public byte[]? DecodedData { get; private set; }

    /// <param name="value">The record's value.</param>
    /// <param name="data">The event's data: <see cref="DecodedData"/>, or a part of the value.</param>
    public DecodeFailure? Read(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> data)
    {
        data = default;
        (HasData, DecodedData) = (false, null);
        _seen.Clear();
        var start = value.StartsWith("\uFEFF"u8) ? 3 : 0;

        // MaxDepth only bounds a bit per level inside of the reader, which does not recurse; the limit on data is JsonNesting's.
        var reader = new Utf8JsonReader(value[start..], new JsonReaderOptions { MaxDepth = int.MaxValue });
        DecodeFailure? failure;
        try
        {
            failure = ReadObject(ref reader, start);
        }
        catch (JsonException)
        {
            var at = start + reader.BytesConsumed;
            return DecodeFailure.Of(
                "record value",
                value[(int)Math.Min(at, value.Length)..],
                value.Length == 0 ? "it is empty" : string.Create(CultureInfo.InvariantCulture, $"it is not well-formed JSON at or behind byte {at}"),
                Cure);
        }

        return failure ?? Data(value, out data);
    }

    private DecodeFailure? ReadObject(ref Utf8JsonReader reader, int start)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new DecodeFailure(
                "record value",
                null,
                reader.TokenType == JsonTokenType.StartArray ? "it is a JSON array; batches are not read" : "it is no JSON object",
                Cure);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (NameOf(ref reader, out var name) is { } badName)
            {
                return badName;
            }

            reader.Read();
            if (ReadMember(ref reader, name, start) is { } failure)
            {
                return failure;
            }
        }

        // Behind the object only blanks may stand: anything else throws.
        reader.Read();
        return null;
    }

    /// <summary>Null: it is <c>data_base64</c>, which is no attribute.</summary>
    private DecodeFailure? NameOf(ref Utf8JsonReader reader, out AttributeName? name)
    {
        name = reader.ValueIsEscaped ? null : names.Find(reader.ValueSpan);
        if (name is not null)
        {
            return null;
        }

        if (Text(ref reader, "a member's name", out var utf8) is { } failure)
        {
            return failure;
        }

        if (utf8.SequenceEqual("data_base64"u8))
        {
            return null;
        }

        name = names.Find(utf8);
        return name is null
            ? AttributeDraft.BadName(utf8.IsEmpty ? "a member's empty name" : Encoding.UTF8.GetString(utf8), default) with { Value = null }
            : null;
    }

    private DecodeFailure? ReadMember(ref Utf8JsonReader reader, AttributeName? attribute, int start)
    {
        var name = attribute?.Text ?? "data_base64";
        if (!_seen.Add(name))
        {
            return new DecodeFailure(name, null, "the member is given more than once", "Write each member once");
        }

        if (_seen.Count > MaxMembers)
        {
            return new DecodeFailure(
                DecodeFailure.Show(name), null, $"the event has more than {AttributeDraft.MaxExtensions} extension attributes", "Move what describes the data into the data");
        }

        if (attribute is null or { Place: AttributePlace.Data })
        {
            return ReadData(ref reader, name, start);
        }

        // What the specification, or we, type as text.
        var isTyped = attribute.Place != AttributePlace.Extension;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return Text(ref reader, name, out var utf8) ?? draft.Set(attribute, utf8);
            case JsonTokenType.True or JsonTokenType.False when isTyped:
            case JsonTokenType.Number when isTyped && attribute.Place != AttributePlace.OriginNumber:
                return DecodeFailure.Of(name, reader.ValueSpan, "it must be a JSON string", "Write it in quotes");
            case JsonTokenType.True or JsonTokenType.False:
                return draft.Set(attribute, reader.ValueSpan);
            case JsonTokenType.Number:
                return ReadInteger(ref reader, attribute);
            default:
                return new DecodeFailure(name, null, "a JSON object or array is no value of an attribute", "Put it into data, or write it as a string");
        }
    }

    private DecodeFailure? ReadInteger(ref Utf8JsonReader reader, AttributeName attribute)
    {
        // TryGetInt32 takes 1.0 and 1e2 as well; the JSON format has digits only.
        if (reader.ValueSpan.IndexOfAny(".eE"u8) >= 0 || !reader.TryGetInt32(out var number))
        {
            return DecodeFailure.Of(
                attribute.Text, reader.ValueSpan, "an Integer is a whole number from -2147483648 to 2147483647 without fraction or exponent", "Write it as a string");
        }

        Span<byte> text = stackalloc byte[11];
        number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        return draft.Set(attribute, text[..length]);
    }

    private DecodeFailure? ReadData(ref Utf8JsonReader reader, string name, int start)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (HasData)
        {
            return new DecodeFailure(name, null, "both data and data_base64 are there", "Write one of them");
        }

        HasData = true;
        _dataToken = reader.TokenType;
        if (name is "data")
        {
            var from = start + (int)reader.TokenStartIndex;
            reader.Skip();
            _data = from..(start + (int)reader.BytesConsumed);
            return null;
        }

        if (_dataToken == JsonTokenType.String && !HasHalfPair(reader.ValueSpan) && reader.TryGetBytesFromBase64(out var decoded))
        {
            DecodedData = decoded;
            return null;
        }

        return DecodeFailure.Of(name, reader.ValueSpan, "it is no string in Base64", "Encode the data by RFC 4648");
    }

    private DecodeFailure? Data(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> data)
    {
        data = DecodedData;
        if (DecodedData is not null || !HasData)
        {
            return null;
        }

        draft.DataIsJson();
        data = value[_data];
        if (DataKinds.Of(draft.DataContentType) == DataKind.Json)
        {
            return null;
        }

        if (_dataToken != JsonTokenType.String)
        {
            return DecodeFailure.Of("data", data, $"with datacontenttype {DecodeFailure.Show(draft.DataContentType!)} it must be a JSON string", "Write a string, or data_base64");
        }

        var reader = new Utf8JsonReader(data);
        reader.Read();
        var failure = Text(ref reader, "data", out var text);
        data = DecodedData = text.ToArray();
        return failure;
    }

    /// <summary>The string at the reader in UTF-8, unescaped; refused if it is none. The span is good until the next call.</summary>
    private DecodeFailure? Text(ref Utf8JsonReader reader, string name, out ReadOnlySpan<byte> utf8)
    {
        utf8 = reader.ValueSpan;
        if (!Utf8.IsValid(utf8))
        {
            return DecodeFailure.Of(name, utf8, "it is no valid UTF-8", "Write the text in UTF-8");
        }

        if (!reader.ValueIsEscaped)
        {
            return null;
        }

        if (HasHalfPair(utf8))
        {
            return DecodeFailure.Of(name, utf8, "it contains half of a surrogate pair", "Write whole characters");
        }

        var buffer = utf8.Length <= _scratch.Length ? _scratch : new byte[utf8.Length];
        utf8 = buffer.AsSpan(0, reader.CopyString(buffer));
        return null;
    }

    /// <summary>Escapes of a string that the reader has taken: each \u has four digits. Finds high without low and low without high.</summary>
    private static bool HasHalfPair(ReadOnlySpan<byte> escaped)
    {
        var high = false;
        while (true)
        {
            var at = escaped.IndexOf((byte)'\\');
            if (at < 0)
            {
                return high;
            }

            var isUnicode = escaped[at + 1] == 'u';
            var unit = isUnicode ? int.Parse(escaped.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;
            var isLow = unit is >= 0xDC00 and <= 0xDFFF;
            if (high != isLow || (high && at > 0))
            {
                return true;
            }

            high = unit is >= 0xD800 and <= 0xDBFF;
            escaped = escaped[(at + (isUnicode ? 6 : 2))..];
        }
    }
}
