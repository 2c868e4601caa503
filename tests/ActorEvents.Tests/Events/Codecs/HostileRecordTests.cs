using System.Text;
using System.Text.Json;
using ActorEvents.Events;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Hostile JSON (K06) and sizes (K07).</summary>
public sealed class HostileRecordTests
{
    public static TheoryData<string, byte[]> NoObjects => new()
    {
        { "empty", [] },
        { "array", Records.Bytes("[]") },
        { "array of events", Records.Bytes("[" + Encoding.UTF8.GetString(Records.Structured("")) + "]") },
        { "null", Records.Bytes("null") },
        { "number", Records.Bytes("1") },
        { "string", Records.Bytes("\"\"") },
        { "blanks", Records.Bytes("  ") },
        { "BOM only", [0xEF, 0xBB, 0xBF] },
        { "two BOMs", [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. Records.Structured("")] },
        { "UTF-16LE", Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Records.Structured(""))) },
        { "UTF-16LE with BOM", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Records.Structured("")))] },
        { "second value", [.. Records.Structured(""), .. Records.Bytes(" {}")] },
        { "second brace", [.. Records.Structured(""), (byte)'}'] },
        { "NUL behind", [.. Records.Structured(""), 0] },
        { "trailing comma", Records.Structured("\"x\":1,") },
        { "comment", Records.Structured("/* c */ \"x\":1") },
        { "NaN", Records.Structured("\"data\":NaN") },
        { "no end", Records.Structured("")[..^1] },
        { "no end in data", Records.Structured("\"data\":{\"a\":[1").AsSpan()[..^1].ToArray() },
        { "wrong bracket", Records.Structured("\"data\":[1}") },
        { "bad escape", Records.Structured("\"x\":\"\\q\"") },
        { "short escape", Records.Structured("\"x\":\"\\u12\"") },
        { "control character", Records.Structured("\"x\":\"a\nb\"") },
        { "leading zero", Records.Structured("\"x\":01") },
        { "single quotes", Records.Bytes("{'id':'1'}") },
        { "zeros", new byte[100_000] },
        { "open brackets", Records.Bytes(new string('[', 100_000)) },
        { "open objects", Records.Structured("\"data\":" + new string('{', 100_000)) },
    };

    [Theory]
    [MemberData(nameof(NoObjects))]
    public void What_is_no_JSON_object_is_refused_and_says_where(string name, byte[] value)
    {
        Assert.True(Records.DecodeStructured(value).Refused("record value").Cure.Length > 0, name);
    }

    [Fact]
    public void A_byte_order_mark_before_the_brace_is_passed_over()
    {
        var e = Records.DecodeStructured([0xEF, 0xBB, 0xBF, .. Records.Structured("\"data\":[1]")]).Good;

        Assert.Equal("[1]", Encoding.UTF8.GetString(e.Data.Span));
    }

    [Theory]
    [InlineData("id", "\"2\"")]
    [InlineData("id", "null")]
    [InlineData("type", "\"u\"")]
    [InlineData("specversion", "\"1.0\"")]
    [InlineData("partitionkey", "\"p\"")]
    [InlineData("data", "2")]
    [InlineData("data", "null")]
    [InlineData("x", "1")]
    [InlineData("n", "1")]
    public void A_member_twice_is_refused_whatever_its_values(string name, string value)
    {
        foreach (var spelling in new[] { name, $"\\u{(int)name[0]:x4}{name[1..]}" })
        {
            var failure = Records.DecodeStructured($"\"data\":1,\"x\":1,\"partitionkey\":\"p\",\"n\":null,\"{spelling}\":{value}").Refused(name);

            Assert.Contains("more than once", failure.Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"\\ud800x\"")]
    [InlineData("\"\\ud800x\\udc00\"")]
    [InlineData("\"\\ud800\\n\\udc00\"")]
    [InlineData("\"\\ud800\\ud800\\udc00\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\uffff\"")]
    [InlineData("\"a\\nb\"")]
    public void A_bad_character_in_an_attribute_is_refused_by_name(string json)
    {
        Records.DecodeStructured($"\"subject\":{json}").Refused("subject");
        Records.DecodeStructured($"\"x\":{json}").Refused("x");
    }

    [Theory]
    [InlineData("\"\\\\ud800\"", "\\ud800")]
    [InlineData("\"\\ud83d\\ude00\\u00e9\\\"\"", "😀é\"")]
    [InlineData("\"x\\ud83d\\ude00x\\ud83d\\ude00\"", "x😀x😀")]
    public void Escapes_of_whole_characters_are_read(string json, string expected)
    {
        Assert.Equal(expected, Records.DecodeStructured($"\"subject\":{json}").Good.Subject);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused_in_an_attribute_and_pass_unchanged_in_JSON_data()
    {
        var subject = Records.DecodeStructured(Records.Latin1("""{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Ã("}"""));
        var name = Records.DecodeStructured(Records.Latin1("""{"specversion":"1.0","id":"1","source":"/s","type":"t","Ã(":"x"}"""));
        var text = Records.DecodeStructured(Records.Latin1("""{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/plain","data":"Ã("}"""));
        var data = Records.DecodeStructured(Records.Latin1("""{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"n":"Ã("}}"""));

        Assert.DoesNotContain('\uFFFD', subject.Refused("subject").Reason);
        name.Refused("a member's name");
        text.Refused("data");
        Assert.True(data.Good.Data.Span.SequenceEqual(Records.Latin1("""{"n":"Ã("}""")));
        Assert.True(Records.DecodeBinary(Records.Latin1("""{"n":"Ã("}""")).Good.Data.Span.SequenceEqual(data.Good.Data.Span));
    }

    [Theory]
    [InlineData("""{"n":"\udc00"}""")]
    [InlineData("""{"n":1,"n":2}""")]
    public void Odd_JSON_data_is_the_same_in_both_modes(string json)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(Records.DecodeStructured("\"data\":" + json).Good.Data.Span));
        Assert.Equal(json, Encoding.UTF8.GetString(Records.DecodeBinary(Records.Bytes(json)).Good.Data.Span));
    }

    // A wrapper adds a level to a parser's own limit: the limit here is counted on the data alone.
    [Theory]
    [InlineData(1, true)]
    [InlineData(62, true)]
    [InlineData(63, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(1_000, false)]
    [InlineData(100_000, false)]
    public void Nesting_gets_the_same_verdict_in_all_modes(int depth, bool taken)
    {
        var data = Records.Nested(depth);
        Verdict[] verdicts =
        [
            Records.DecodeStructured("\"data\":" + data),
            Records.DecodeStructured("\"datacontenttype\":\"a/b+json\",\"data\":" + data),
            Records.DecodeBinary(Records.Bytes(data)),
            Records.Decode(null, Records.Bytes(data), []),
            Records.DecodeStructured($"\"datacontenttype\":\"application/json\",\"data_base64\":\"{Convert.ToBase64String(Records.Bytes(data))}\""),
        ];

        foreach (var verdict in verdicts)
        {
            if (taken)
            {
                Assert.Equal(data, Encoding.UTF8.GetString(verdict.Good.Data.Span));
                Assert.Equal(JsonValueKind.Array, verdict.Good.Payload<JsonElement>().ValueKind);
            }
            else
            {
                Assert.Contains("64", verdict.Refused("data").Problem, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Brackets_in_strings_and_siblings_are_no_nesting()
    {
        var wide = "[" + string.Join(',', Enumerable.Repeat("[{\"a\\\"[[\":\"" + new string('[', 100) + "\\\\\"}]", 200)) + "]";

        Assert.Equal(wide, Encoding.UTF8.GetString(Records.DecodeBinary(Records.Bytes(wide)).Good.Data.Span));
    }

    [Fact]
    public void Bytes_that_are_not_declared_as_JSON_have_no_nesting()
    {
        var data = Records.Bytes(new string('[', 100_000));

        Assert.Equal(100_000, Records.DecodeBinary(data, "content-type=text/plain").Good.Data.Length);
        Assert.Equal(100_000, Records.DecodeBinary(data, "-content-type").Good.Data.Length);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Key_headers_and_value_count_up_to_exactly_the_limit(int over, bool taken)
    {
        const int Limit = 4_096;
        var headers = Records.Binary("ce_x=" + new string('h', 1_000), "other=1");
        var rest = headers.Sum(h => h.Key.Length + h.Value!.Length) + 1;
        Verdict[] verdicts =
        [
            Records.Decode([0x6B], new byte[Limit - rest + over], Records.Binary("ce_x=" + new string('h', 1_000), "other=1"), decoder: Records.Decoder(maxEventBytes: Limit)),
            Records.Decode([0x6B], new byte[Limit - 1 + over], [], decoder: Records.Decoder(maxEventBytes: Limit)),
            Records.Decode(new byte[Limit - 1 + over], [1], [], decoder: Records.Decoder(maxEventBytes: Limit)),
            Records.Decode(null, null, [Records.Header("x", new string('v', Limit - 1 + over))], decoder: Records.Decoder(maxEventBytes: Limit)),
            Records.Decode(null, null, [Records.Header(new string('ü', Limit / 2), new string('v', Math.Max(0, over)))], decoder: Records.Decoder(maxEventBytes: Limit)),
        ];

        foreach (var verdict in verdicts)
        {
            if (taken)
            {
                Assert.True(verdict.Good.Size <= Limit);
            }
            else
            {
                var failure = verdict.Refused("record");
                Assert.Contains("4097 bytes", failure.Problem, StringComparison.Ordinal);
                Assert.Contains("limit is 4096", failure.Problem, StringComparison.Ordinal);
                Assert.Contains("events.max-bytes", failure.Cure, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("\"n\":\"\\udc00\"")]
    [InlineData("\"n\":")]
    public void Data_that_no_handler_can_read_gives_it_the_one_exception_that_it_knows(string members)
    {
        var e = Records.DecodeBinary(Records.Bytes("{" + members + "}")).Good;

        Assert.Throws<PayloadException>(() => e.Payload<Named>());
    }

    [Fact]
    public void A_byte_order_mark_before_JSON_data_does_not_hinder_the_handler()
    {
        var e = Records.Decode(null, [0xEF, 0xBB, 0xBF, .. Records.Bytes("{\"n\":\"a\"}")], []).Good;

        Assert.Equal(new Named("a"), e.Payload<Named>());
    }

    private sealed record Named(string N);
}
