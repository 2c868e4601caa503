using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using CsCheck;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Whatever comes, the decoder answers; whatever the encoder writes, the decoder reads as the same event.</summary>
public sealed class RecordPropertyTests
{
    private static readonly Gen<byte[]?> s_bytes = Gen.OneOf(
        Gen.Const((byte[]?)null),
        Gen.Byte.Array[0, 40].Select(b => (byte[]?)b),
        Gen.String[0, 20].Select(s => (byte[]?)Encoding.UTF8.GetBytes(s)),
        Any("1.0", "/s", "t", "\"1.0\"", "2026-01-01T00:00:00Z", "application/json", "text/plain", Records.StructuredType, "7", "-7").Select(s => (byte[]?)Encoding.UTF8.GetBytes(s)));

    private static readonly Gen<string> s_headerName = Gen.OneOf(
        Any(
            "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_x", "ce_aeorigin", "ce_aesequence", "ce_dataschema", "ce_datacontenttype",
            "ce_partitionkey", "content-type", "Content-Type", "CE_ID", "ce_", "ce-id", "c", ""),
        Gen.String[0, 8],
        Gen.String[0, 8].Select(s => "ce_" + s));

    // Pieces of JSON in any order: mostly broken, often nearly right.
    private static readonly Gen<string> s_jsonPiece = Gen.OneOf(
        Any(
            "{", "}", "[", "]", ",", ":", "\"", "\"specversion\":\"1.0\",", "\"id\":\"1\",", "\"source\":\"/s\",", "\"type\":\"t\",", "\"type\":\"t\"}", "\"data\":", "\"data_base64\":",
            "\"x\":", "\"aesequence\":", "\"aeorigin\":\"o\",", "null", "true", "1", "1e9", "-", "\"\\ud800\"", "\"\\u", "\\", "\"YQ==\"", " ", "\uFEFF", "//", "\0", "\"datacontenttype\":\"text/plain\","),
        Gen.String[0, 4]);

    private static readonly Gen<byte[]> s_json = Gen.OneOf(
        Gen.Byte.Array[0, 60],
        s_jsonPiece.Array[0, 16].Select(p => Encoding.UTF8.GetBytes(string.Concat(p))),
        s_jsonPiece.Array[0, 6].Select(p => Records.Structured(string.Concat(p))),
        Gen.Select(s_jsonPiece.Array[0, 6], Gen.Int[0, 200], Gen.Byte, (p, at, b) =>
        {
            var json = Records.Structured("\"subject\":\"s\\u00fc\",\"data\":{\"a\":[1]}," + string.Concat(p));
            json[at % json.Length] = b;
            return json;
        }));

    private static readonly Gen<KeyValuePair<string, byte[]?>> s_header = Gen.Select(s_headerName, s_bytes, (n, v) => new KeyValuePair<string, byte[]?>(n, v));

    [Fact]
    public void Random_records_are_decoded_or_refused_and_never_throw()
    {
        Gen.Select(s_bytes, s_bytes, s_header.Array[0, 8], Gen.Long, Gen.Enum<KeyFormat>(), Gen.Bool).Sample(
            (key, value, headers, timestamp, format, whole) =>
            {
                var decoder = Records.Decoder(format, maxEventBytes: 200);
                Judge(Records.Decode(key, value, whole ? [.. Records.Binary(), .. headers] : headers, timestamp, decoder));
            },
            iter: 20_000);
    }

    [Fact]
    public void Random_structured_values_are_decoded_or_refused_and_never_throw()
    {
        s_json.Sample(value => Judge(Records.DecodeStructured(value)), iter: 20_000);
    }

    [Fact]
    public void What_the_encoder_writes_is_read_as_the_same_event_in_both_modes()
    {
        Events().Sample(
            e =>
            {
                Assert.True(RecordEncoder.TryEncodeBinary(e, out var binary, out var reason), reason);
                Same(e, Read(binary));
                Assert.True(RecordEncoder.TryEncodeStructured(e, out var structured, out reason), reason);
                Same(e, Read(structured));
            },
            iter: 5_000);
    }

    [Fact]
    public void An_event_is_written_exactly_if_it_can_be_read_back()
    {
        var text = Gen.OneOf(Gen.String[0, 6], Any("\ud800", "a", "\"", "/s", "", "2026-01-01T00:00:00Z", "application/cloudevents+x"));
        Gen.Select(text, text, text, text, text, text, text, Gen.Long).Sample(
            (id, source, type, subject, time, contentType, extension, number) =>
            {
                var e = new EventEnvelope
                {
                    Id = id,
                    Source = source,
                    Type = type,
                    Subject = subject,
                    Time = time,
                    DataContentType = contentType,
                    Extensions = [new("x", extension)],
                    Origin = new EventOrigin("o", number),
                    Key = "k",
                };
                if (RecordEncoder.TryEncodeBinary(e, out var record, out var reason))
                {
                    Same(e, Read(record));
                }
                else
                {
                    Assert.Contains(" = ‹", reason, StringComparison.Ordinal);
                }
            },
            iter: 5_000);
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Judge(Verdict verdict)
    {
        if (verdict.Event is { } e)
        {
            Assert.True(e.Id.Length > 0 && e.Source.Length > 0 && e.Type.Length > 0);
            Assert.Null(RecordEncoder.Check(e) is { } problem && !problem.Contains("structured mode", StringComparison.Ordinal) ? problem : null);
        }
        else
        {
            Assert.False(string.IsNullOrWhiteSpace(verdict.Dead!.Reason));
            Assert.DoesNotContain('\0', verdict.Dead.Reason);
        }
    }

    private static EventEnvelope Read(EncodedRecord record)
    {
        KeyValuePair<string, byte[]?>[] headers = [.. record.Headers.Select(h => new KeyValuePair<string, byte[]?>(h.Key, h.Value))];
        var e = Records.Decode(record.Key, record.HasValue ? record.Value.ToArray() : null, headers).Good;
        Assert.Equal(record.Size, e.Size);
        return e;
    }

    private static void Same(EventEnvelope expected, EventEnvelope actual)
    {
        Assert.Equal((expected.Id, expected.Source, expected.Type, expected.Subject), (actual.Id, actual.Source, actual.Type, actual.Subject));
        Assert.Equal((expected.Time, expected.DataContentType, expected.DataSchema), (actual.Time, actual.DataContentType, actual.DataSchema));
        Assert.Equal((expected.Key, expected.Origin), (actual.Key, actual.Origin));
        Assert.Equal(expected.Extensions, actual.Extensions);
        Assert.True(expected.Data.Span.SequenceEqual(actual.Data.Span));
        Assert.Equal(expected.HasData, actual.HasData);
    }

    private static Gen<EventEnvelope> Events()
    {
        var character = Gen.OneOf(Gen.Char['!', '~'], Any('ü', ' ', '\u00A0', '\uFFFD', '漢', '\u2028'));
        var text = character.Array[1, 12].Select(c => "a" + new string(c) + "😀");
        var name = Any("x", "y1", "traceparent", "zz", "n0").Array[0, 5].Select(n => n.Distinct(StringComparer.Ordinal).ToArray());
        var data = Gen.OneOf(
            Gen.Const((byte[]?)null),
            Gen.Byte.Array[0, 50].Select(b => (byte[]?)b),
            Any("{}", "null", " 1", "[1,2]", "\"a\"", "1 2", "{\"a\":\"\\ud800\"}", "", "ü", "a\0b", "\uFEFF{}").Select(t => (byte[]?)Encoding.UTF8.GetBytes(t)));
        var origin = Gen.OneOf(Gen.Const((EventOrigin?)null), Gen.Select(text, Gen.Long[0, long.MaxValue], (o, n) => (EventOrigin?)new EventOrigin(o, n)));
        return Gen.Select(
            Gen.Select(text, Any("/s", "urn:a:b", "https://x.test/a?b=%20#c"), text, Gen.OneOf(Gen.Const((string?)null), text.Select(t => (string?)t))),
            Gen.Select(Any<string?>(null, "2026-01-01T00:00:00.5Z", "2026-06-30T23:59:60z"), Any<string?>(null, "application/json", "a/b+JSON; x=y", "text/plain", "image/png"), data),
            Gen.Select(name, text.Array[5], origin, Gen.OneOf(Gen.Const(""), Gen.String[0, 5].Where(s => AttributeRules.WholeCharacters(s) is null))),
            (a, b, c) => new EventEnvelope
            {
                Id = a.Item1,
                Source = a.Item2,
                Type = a.Item3,
                Subject = a.Item4,
                Time = b.Item1,
                DataContentType = b.Item2,
                Data = b.Item3,
                HasData = b.Item3 is not null,
                Extensions = [.. c.Item1.Select((n, i) => new KeyValuePair<string, string>(n, c.Item2[i]))],
                Origin = c.Item3,
                Key = c.Item4,
            });
    }
}
