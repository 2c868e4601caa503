using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorEvents.Events.Codecs;

/// <summary>The JSON of structured mode. The envelope has been checked.</summary>
internal static class StructuredWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(EventEnvelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + envelope.Data.Length);
        using var writer = new Utf8JsonWriter(buffer, s_options);
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, envelope.Id);
        writer.WriteString("source"u8, envelope.Source);
        writer.WriteString("type"u8, envelope.Type);
        Write(writer, "subject", envelope.Subject);
        Write(writer, "time", envelope.Time);
        Write(writer, "datacontenttype", envelope.DataContentType);
        Write(writer, "dataschema", envelope.DataSchema);
        if (envelope.Origin is { } origin)
        {
            writer.WriteString(EventOrigin.IdAttribute, origin.Id);
            writer.WriteString(EventOrigin.NumberAttribute, origin.Number.ToString(CultureInfo.InvariantCulture));
        }

        for (var i = 0; i < envelope.Extensions.Count; i++)
        {
            writer.WriteString(envelope.Extensions[i].Key, envelope.Extensions[i].Value);
        }

        WriteData(writer, envelope);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteData(Utf8JsonWriter writer, EventEnvelope envelope)
    {
        var data = envelope.Data.Span;
        switch (envelope.DataKind)
        {
            case var _ when !envelope.HasData:
                break;
            case DataKind.Json when StandsAsItIs(data):
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(data, skipInputValidation: true);
                break;
            case DataKind.Text when Utf8.IsValid(data):
                writer.WriteString("data"u8, data);
                break;
            default:
                writer.WriteBase64String("data_base64"u8, data);
                break;
        }
    }

    /// <summary>Whether a reader gets exactly these bytes back: one well-formed value (zero bytes are none) without blanks around it, and not <c>null</c>, which means no data.</summary>
    private static bool StandsAsItIs(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] <= ' ' || data[^1] <= ' ' || data.SequenceEqual("null"u8) || !Utf8.IsValid(data))
        {
            return false;
        }

        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
