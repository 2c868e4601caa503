using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

public sealed class RecordEncoderTests
{
    [Fact]
    public void Binary_mode_writes_the_headers_that_Kafka_s_binding_names()
    {
        var e = Event(Records.Bytes("{}"), "application/json");

        Assert.True(RecordEncoder.TryEncodeBinary(e, out var record, out _));

        Assert.Equal(
            [
                "ce_specversion=1.0", "ce_id=p/1/0", "ce_source=/s", "ce_type=t", "ce_subject=sub", "ce_time=2026-01-01T00:00:00Z", "content-type=application/json",
                "ce_dataschema=https://x.test/s", "ce_aeorigin=j", "ce_aesequence=65536", "ce_ext=ü",
            ],
            record.Headers.Select(h => $"{h.Key}={Encoding.UTF8.GetString(h.Value)}"));
        Assert.Equal("k", Encoding.UTF8.GetString(record.Key!));
        Assert.Equal(e.Data, record.Value);
        Assert.Equal(1 + 2 + record.Headers.Sum(h => h.Key.Length + h.Value.Length), record.Size);
    }

    // Arrays are writable: whoever wrote into the headers of one record changed all that came later.
    [Fact]
    public void Two_records_share_no_array()
    {
        var e = Event(Records.Bytes("{}"), "application/json");
        Assert.True(RecordEncoder.TryEncodeBinary(e, out var binary, out _));
        Assert.True(RecordEncoder.TryEncodeStructured(e, out var structured, out _));

        foreach (var (_, value) in binary.Headers.Concat(structured.Headers))
        {
            value.AsSpan().Clear();
        }

        Assert.True(RecordEncoder.TryEncodeBinary(e, out binary, out _));
        Assert.True(RecordEncoder.TryEncodeStructured(e, out structured, out _));
        Assert.All(binary.Headers.Concat(structured.Headers), h => Assert.DoesNotContain((byte)0, h.Value));
    }

    [Fact]
    public void Structured_mode_writes_one_object_with_the_data_byte_for_byte()
    {
        Assert.True(RecordEncoder.TryEncodeStructured(Event(Records.Bytes("""{ "a" : 1.50 }"""), "application/json"), out var record, out _));

        Assert.Equal("application/cloudevents+json", Encoding.UTF8.GetString(Assert.Single(record.Headers).Value));
        Assert.Equal(
            """{"specversion":"1.0","id":"p/1/0","source":"/s","type":"t","subject":"sub","time":"2026-01-01T00:00:00Z","datacontenttype":"application/json","dataschema":"https://x.test/s","aeorigin":"j","aesequence":"65536","ext":"ü","data":{ "a" : 1.50 }}""",
            Encoding.UTF8.GetString(record.Value.Span));
    }

    [Theory]
    [InlineData("{}", "application/json", "\"data\":{}")]
    [InlineData("\"a\"", "application/json", "\"data\":\"a\"")]
    [InlineData("null", "application/json", "\"data_base64\":\"bnVsbA==\"")]
    [InlineData(" 1", "application/json", "\"data_base64\":\"IDE=\"")]
    [InlineData("1\n", "application/json", "\"data_base64\":\"MQo=\"")]
    [InlineData("{", "application/json", "\"data_base64\":\"ew==\"")]
    [InlineData("1 2", "application/json", "\"data_base64\":\"MSAy\"")]
    [InlineData("\uFEFF1", "application/json", "\"data_base64\":\"77u/MQ==\"")]
    [InlineData("a\"\n", "text/plain", "\"data\":\"a\\\"\\n\"")]
    [InlineData("a", "application/octet-stream", "\"data_base64\":\"YQ==\"")]
    [InlineData("a", null, "\"data_base64\":\"YQ==\"")]
    public void Data_that_would_not_come_back_byte_for_byte_is_written_in_Base64(string data, string? contentType, string expected)
    {
        Assert.True(RecordEncoder.TryEncodeStructured(Event(Records.Bytes(data), contentType), out var record, out _));

        Assert.Contains(expected, Encoding.UTF8.GetString(record.Value.Span), StringComparison.Ordinal);
    }

    public static TheoryData<string, EventEnvelope> Unwritable => new()
    {
        { "id", With(id: "") },
        { "id", With(id: "\ud800") },
        { "source", With(source: "a b") },
        { "type", With(type: "\"t\"") },
        { "subject", With(subject: "a\nb") },
        { "time", With(time: "today") },
        { "datacontenttype", With(contentType: "") },
        { "datacontenttype", With(contentType: "application/cloudevents+json") },
        { "dataschema", With(schema: "relative") },
        { "key", With(key: "a\udc00") },
        { "aesequence", With(origin: new EventOrigin("o", -1)) },
        { "aeorigin", With(origin: new EventOrigin("", 1)) },
        { "Ext", With(extensions: [new("Ext", "1")]) },
        { "id", With(extensions: [new("id", "1")]) },
        { "aeorigin", With(extensions: [new("aeorigin", "1")]) },
        { "x", With(extensions: [new("x", "1"), new("x", "1")]) },
        { "x", With(extensions: [new("x", "\0")]) },
        { "partitionkey", With(extensions: [new("partitionkey", "")]) },
        { "extension", With(extensions: [.. Enumerable.Range(0, 1_025).Select(i => new KeyValuePair<string, string>($"x{i}", ""))]) },
    };

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void What_no_reader_would_take_is_not_written_and_the_reason_names_the_attribute(string name, EventEnvelope e)
    {
        Assert.False(RecordEncoder.TryEncodeBinary(e, out _, out var binary));
        Assert.False(RecordEncoder.TryEncodeStructured(e, out _, out var structured));

        Assert.Contains(name, binary, StringComparison.Ordinal);
        Assert.Equal(binary, structured);
    }

    private static EventEnvelope Event(byte[] data, string? contentType) => new()
    {
        Id = "p/1/0",
        Source = "/s",
        Type = "t",
        Subject = "sub",
        Time = "2026-01-01T00:00:00Z",
        DataContentType = contentType,
        DataSchema = "https://x.test/s",
        Extensions = [new("ext", "ü")],
        Origin = new EventOrigin("j", 65_536),
        Key = "k",
        Data = data,
    };

    private static EventEnvelope With(
        string id = "1",
        string source = "/s",
        string type = "t",
        string? subject = null,
        string? time = null,
        string? contentType = null,
        string? schema = null,
        string? key = null,
        EventOrigin? origin = null,
        KeyValuePair<string, string>[]? extensions = null) => new()
        {
            Id = id,
            Source = source,
            Type = type,
            Subject = subject,
            Time = time,
            DataContentType = contentType,
            DataSchema = schema,
            Key = key,
            Origin = origin,
            Extensions = extensions ?? [],
        };
}
