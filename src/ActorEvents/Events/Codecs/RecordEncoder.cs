using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// Writes events as CloudEvents records: what <see cref="RecordDecoder"/> reads back as the same event. Thread-safe. An event that could not be read back
/// (an attribute that breaks its rule) is answered with the reason and not written.
/// </summary>
internal static class RecordEncoder
{
    /// <summary>Binary mode: attributes as <c>ce_</c> headers, <c>content-type</c>, the data as the value.</summary>
    public static bool TryEncodeBinary(EventEnvelope envelope, out EncodedRecord record, [NotNullWhen(false)] out string? reason)
    {
        record = default;
        var headers = new HeaderList(10 + envelope.Extensions.Count);
        if (!TryWriteBinary(envelope, headers, out reason))
        {
            return false;
        }

        record = new EncodedRecord(Key(envelope), headers, envelope.Data, envelope.HasData);
        return true;
    }

    /// <summary>The headers of binary mode; what is written beside them is the key and the data.</summary>
    public static bool TryWriteBinary(EventEnvelope envelope, IHeaderSink headers, [NotNullWhen(false)] out string? reason)
    {
        reason = Check(envelope);
        if (reason is not null)
        {
            return false;
        }

        headers.Add("ce_specversion", "1.0");
        headers.Add("ce_id", envelope.Id);
        headers.Add("ce_source", envelope.Source);
        headers.Add("ce_type", envelope.Type);
        Add(headers, "ce_subject", envelope.Subject);
        Add(headers, "ce_time", envelope.Time);
        Add(headers, ContentTypeHeader.Name, envelope.DataContentType);
        Add(headers, "ce_dataschema", envelope.DataSchema);
        if (envelope.Origin is { } origin)
        {
            headers.Add("ce_" + EventOrigin.IdAttribute, origin.Id);
            headers.Add("ce_" + EventOrigin.NumberAttribute, origin.Number.ToString(CultureInfo.InvariantCulture));
        }

        for (var i = 0; i < envelope.Extensions.Count; i++)
        {
            headers.Add("ce_" + envelope.Extensions[i].Key, envelope.Extensions[i].Value);
        }

        return true;
    }

    /// <summary>
    /// Structured mode: one JSON object as the value. JSON data stands in it byte for byte, text as a string; what is neither, or would not come back byte
    /// for byte, as <c>data_base64</c>.
    /// </summary>
    public static bool TryEncodeStructured(EventEnvelope envelope, out EncodedRecord record, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        record = default;
        reason = Check(envelope);
        if (reason is not null)
        {
            return false;
        }

        record = new EncodedRecord(Key(envelope), [new(ContentTypeHeader.Name, Encoding.UTF8.GetBytes(ContentTypeHeader.StructuredJson))], StructuredWriter.Write(envelope));
        return true;
    }

    /// <summary>Null, or the attribute that no reader would take, its value and what is wrong: the rules of reading.</summary>
    public static string? Check(EventEnvelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return Check("id", envelope.Id, AttributeRules.Id)
            ?? Check("source", envelope.Source, AttributeRules.Source)
            ?? Check(envelope.Type, envelope.Subject, envelope.DataContentType, envelope.Key)
            ?? Check("time", envelope.Time, AttributeRules.Time)
            ?? Check("dataschema", envelope.DataSchema, AttributeRules.DataSchema)
            ?? CheckOrigin(envelope.Origin)
            ?? CheckExtensions(envelope.Extensions);
    }

    /// <summary>The same for what a handler chooses of an event that will be emitted.</summary>
    internal static string? Check(string type, string? subject, string? contentType, string? key) =>
        Check("type", type, AttributeRules.Type)
            ?? Check("subject", subject, AttributeRules.Subject)
            ?? CheckContentType(contentType)
            ?? Check("key", key, AttributeRules.WholeCharacters);

    private static string? Check(string name, string? value, Func<string, string?> rule) =>
        value is not null && rule(value) is { } problem ? Say(name, value, problem) : null;

    private static string? CheckContentType(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentTypeHeader.CloudEvents, StringComparison.OrdinalIgnoreCase)
            ? Say("datacontenttype", contentType, "a reader would take the record for structured mode")
            : Check("datacontenttype", contentType, AttributeRules.DataContentType);

    private static string? CheckOrigin(EventOrigin? origin) => origin switch
    {
        null => null,
        { Number: < 0 } negative => Say(EventOrigin.NumberAttribute, negative.Number.ToString(CultureInfo.InvariantCulture), "it is negative"),
        { } some => Check(EventOrigin.IdAttribute, some.Id, AttributeRules.OriginId),
    };

    /// <summary>What an attribute adds to a record in binary mode, in bytes.</summary>
    internal static int HeaderBytes(string name, string value) => 3 + name.Length + Encoding.UTF8.GetByteCount(value);

    /// <param name="more">How many will be added to these.</param>
    internal static string? CheckExtensions(IReadOnlyList<KeyValuePair<string, string>> extensions, int more = 0)
    {
        if (extensions.Count + more > AttributeDraft.MaxExtensions)
        {
            return $"There are more than {AttributeDraft.MaxExtensions - more} extension attributes.";
        }

        HashSet<string>? names = null;
        for (var i = 0; i < extensions.Count; i++)
        {
            var (name, value) = extensions[i];
            if (!AttributeRules.IsName(name) || AttributeRules.IsReserved(name))
            {
                return Say(name ?? "", value ?? "", "it is no name of an extension: one or more of a–z and 0–9, and no attribute of CloudEvents or origin");
            }

            if (extensions.Count > 1 && !(names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
            {
                return Say(name, value, "the extension is given more than once");
            }

            if (value is null)
            {
                return $"{name} has no value: leave the extension out.";
            }

            if (Check(name, value, AttributeRules.IsPartitionKey(name) ? AttributeRules.PartitionKey : AttributeRules.Text) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string Say(string name, string value, string problem) => $"{DecodeFailure.Show(name)} = ‹{DecodeFailure.Show(value)}›: {problem}.";

    private static byte[]? Key(EventEnvelope envelope) => envelope.Key is { } key ? Encoding.UTF8.GetBytes(key) : null;

    private static void Add(IHeaderSink headers, string name, string? value)
    {
        if (value is not null)
        {
            headers.Add(name, value);
        }
    }

    private sealed class HeaderList(int capacity) : List<KeyValuePair<string, byte[]>>(capacity), IHeaderSink
    {
        public void Add(string name, string value) => Add(new(name, Encoding.UTF8.GetBytes(value)));
    }
}
