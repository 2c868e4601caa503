using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorEvents.Aectl.Output;

/// <summary>JSON that a person can read: 日本 stays, control and format characters are escaped.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Lines = OneLine with { Indented = true };

    public static string Of(Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, indented ? Lines : OneLine))
        {
            write(json);
        }

        return WithoutFormats(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>Bidi controls and their like stand only within strings, where an escape is the same character.</summary>
    private static string WithoutFormats(string json)
    {
        if (json.All(c => c < '\x7f' || CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.Format))
        {
            return json;
        }

        var escaped = new StringBuilder(json.Length + 16);
        foreach (var c in json)
        {
            escaped.Append(CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : c.ToString());
        }

        return escaped.ToString();
    }

    /// <summary>A row: all that it has, or the columns that were asked for.</summary>
    public static string Row(JsonElement values, IReadOnlyList<string>? columns) => Of(json =>
    {
        if (columns is null || values.ValueKind != JsonValueKind.Object)
        {
            values.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var column in columns)
        {
            json.WritePropertyName(column);
            if (values.TryGetProperty(column, out var value))
            {
                value.WriteTo(json);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndObject();
    });
}
