using System.Net.Mime;
using System.Text;
using System.Text.Json;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>
/// Against the official SDK, in both directions. It has no Kafka package here, so binary mode is put together from its own attributes (canonical strings) and
/// its formatter's data, as the Kafka binding says.
/// </summary>
public sealed class SdkConformanceTests
{
    private static readonly JsonEventFormatter s_formatter = new();

    public static TheoryData<string> Cases => ["json", "json string", "text", "bytes", "no data", "extensions", "bare"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_the_SDK_writes_in_structured_mode_is_read(string name)
    {
        var theirs = Theirs(name);

        var value = s_formatter.EncodeStructuredModeMessage(theirs, out var contentType).ToArray();
        var ours = Records.Decode(null, value, [Records.Header("content-type", contentType.ToString())]).Good;

        Same(theirs, ours);
        SameData(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_the_SDK_writes_in_binary_mode_is_read(string name)
    {
        var theirs = Theirs(name);
        var headers = new List<KeyValuePair<string, byte[]?>> { Records.Header("ce_specversion", theirs.SpecVersion.VersionId) };
        foreach (var (attribute, value) in theirs.GetPopulatedAttributes())
        {
            var header = attribute == theirs.SpecVersion.DataContentTypeAttribute ? "content-type" : "ce_" + attribute.Name;
            headers.Add(Records.Header(header, attribute.Format(value)));
        }

        var ours = Records.Decode(null, s_formatter.EncodeBinaryModeEventData(theirs).ToArray(), [.. headers]).Good;

        Same(theirs, ours);
        SameData(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_we_write_in_structured_mode_is_read_by_the_SDK(string name)
    {
        var ours = Ours(name);

        Assert.True(RecordEncoder.TryEncodeStructured(ours, out var record, out var reason), reason);
        var theirs = s_formatter.DecodeStructuredModeMessage(record.Value, new ContentType(Encoding.UTF8.GetString(record.Headers[0].Value)), null);

        Same(theirs, ours);
        SameData(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_we_write_in_binary_mode_is_read_by_the_SDK(string name)
    {
        var ours = Ours(name);

        Assert.True(RecordEncoder.TryEncodeBinary(ours, out var record, out var reason), reason);
        var headers = record.Headers.ToDictionary(h => h.Key, h => Encoding.UTF8.GetString(h.Value), StringComparer.Ordinal);
        var theirs = new CloudEvent(CloudEventsSpecVersion.FromVersionId(headers["ce_specversion"])!);
        foreach (var (header, value) in headers)
        {
            if (header is not "ce_specversion")
            {
                theirs.SetAttributeFromString(header is "content-type" ? "datacontenttype" : header["ce_".Length..], value);
            }
        }

        s_formatter.DecodeBinaryModeEventData(record.Value, theirs);
        theirs.Validate();

        Same(theirs, ours);
        SameData(theirs, ours);
    }

    private static CloudEvent Theirs(string name)
    {
        var e = new CloudEvent { Id = "a-1", Source = new Uri("/shop/a?b=1", UriKind.RelativeOrAbsolute), Type = "test.t" };
        if (name is "bare")
        {
            return e;
        }

        e.Subject = "ü 😀";
        e.Time = new DateTimeOffset(2026, 3, 29, 2, 30, 0, TimeSpan.FromHours(2)).AddTicks(1_234_567);
        e.DataSchema = new Uri("https://x.test/schema#1");
        switch (name)
        {
            case "json":
                e.DataContentType = "application/json";
                e.Data = new Dictionary<string, object>(StringComparer.Ordinal) { ["a"] = 1.5, ["b"] = new[] { "ü" } };
                break;
            case "json string":
                e.DataContentType = "application/x+json";
                e.Data = "a\"b";
                break;
            case "text":
                e.DataContentType = "text/plain";
                e.Data = "a\nü😀";
                break;
            case "bytes":
                e.DataContentType = "application/octet-stream";
                e.Data = new byte[] { 0, 0xC3, 0x28, 0xFF };
                break;
            case "extensions":
                e[CloudEventAttribute.CreateExtension("n", CloudEventAttributeType.Integer)] = int.MinValue;
                e[CloudEventAttribute.CreateExtension("b", CloudEventAttributeType.Boolean)] = true;
                e[CloudEventAttribute.CreateExtension("bytes", CloudEventAttributeType.Binary)] = new byte[] { 1, 2 };
                e[CloudEventAttribute.CreateExtension("uri", CloudEventAttributeType.Uri)] = new Uri("https://x.test/");
                e["s"] = " text ";
                e["aeorigin"] = "o";
                e["aesequence"] = "9223372036854775807";
                break;
            default:
                break;
        }

        return e;
    }

    private static EventEnvelope Ours(string name) => new()
    {
        Id = "a-1",
        Source = "/shop/a?b=1",
        Type = "test.t",
        Subject = name is "bare" ? null : "ü 😀",
        Time = name is "bare" ? null : "2026-03-29T02:30:00.1234567+02:00",
        DataSchema = name is "bare" ? null : "https://x.test/schema#1",
        DataContentType = name switch
        {
            "json" => "application/json",
            "json string" => "application/x+json",
            "text" => "text/plain; charset=utf-8",
            "bytes" => "application/octet-stream",
            _ => null,
        },
        Data = name switch
        {
            "json" => Records.Bytes("""{"a":1.5,"b":["ü"]}"""),
            "json string" => Records.Bytes("\"a\\\"b\""),
            "text" => Records.Bytes("a\nü😀"),
            "bytes" => new byte[] { 0, 0xC3, 0x28, 0xFF },
            _ => default,
        },
        Extensions = name is "extensions" ? [new("s", " text "), new("n", "7"), new("b", "true")] : [],
        Origin = name is "extensions" ? new EventOrigin("o", long.MaxValue) : null,
    };

    private static void Same(CloudEvent theirs, EventEnvelope ours)
    {
        Assert.Equal((theirs.Id, theirs.Source!.OriginalString, theirs.Type, theirs.Subject), (ours.Id, ours.Source, ours.Type, ours.Subject));
        Assert.Equal((theirs.DataContentType, theirs.DataSchema?.OriginalString), (ours.DataContentType, ours.DataSchema));
        Assert.Equal(theirs.Time, ours.Time is null ? null : DateTimeOffset.Parse(ours.Time, System.Globalization.CultureInfo.InvariantCulture));
        var extensions = theirs.GetPopulatedAttributes().Where(a => a.Key.IsExtension).ToDictionary(a => a.Key.Name, a => a.Key.Format(a.Value), StringComparer.Ordinal);
        var mine = ours.Extensions.ToDictionary(StringComparer.Ordinal);
        if (ours.Origin is { } origin)
        {
            mine.Add("aeorigin", origin.Id);
            mine.Add("aesequence", origin.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(extensions.OrderBy(e => e.Key, StringComparer.Ordinal), mine.OrderBy(e => e.Key, StringComparer.Ordinal));
    }

    private static void SameData(CloudEvent theirs, EventEnvelope ours)
    {
        switch (theirs.Data)
        {
            case null:
                Assert.True(ours.Data.IsEmpty);
                break;
            case byte[] bytes:
                Assert.Equal(bytes, ours.Data.ToArray());
                break;
            case string text when ours.DataKind == DataKind.Text:
                Assert.Equal(text, Encoding.UTF8.GetString(ours.Data.Span));
                break;
            case var json:
                Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(json), JsonSerializer.Deserialize<JsonElement>(ours.Data.Span)));
                break;
        }
    }
}
