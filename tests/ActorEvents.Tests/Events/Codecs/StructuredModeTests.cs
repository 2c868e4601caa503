using System.Text;
using ActorEvents.Events;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Structured JSON: attributes and their types (K04), data in all its forms.</summary>
public sealed class StructuredModeTests
{
    [Fact]
    public void JSON_data_is_taken_byte_for_byte()
    {
        var e = Records.DecodeStructured("""
            "data" :  { "n" : 1.50, "s":"\u00fc\/" }  , "subject":"s", "x":"y", "aeorigin":"o","aesequence":"7"
            """).Good;

        Assert.Equal("""{ "n" : 1.50, "s":"\u00fc\/" }""", Encoding.UTF8.GetString(e.Data.Span));
        Assert.Equal(("s", "application/json", "y", new EventOrigin("o", 7)), (e.Subject, e.DataContentType, e.Extension("x"), e.Origin));
    }

    [Theory]
    [InlineData("\"data\":\"a\\n\\u00fc\\ud83d\\ude00\",\"datacontenttype\":\"text/plain\"", "a\nü😀")]
    [InlineData("\"datacontenttype\":\"text/plain\",\"data\":\"a\"", "a")]
    [InlineData("\"data\":\"\",\"datacontenttype\":\"text/plain\"", "")]
    [InlineData("\"data\":\"<a/>\",\"datacontenttype\":\"application/xml\"", "<a/>")]
    [InlineData("\"data\":\"a\",\"datacontenttype\":\"application/x+json\"", "\"a\"")]
    [InlineData("\"data\":\"a\"", "\"a\"")]
    [InlineData("\"data\":4.50", "4.50")]
    [InlineData("\"data\":true", "true")]
    [InlineData("\"data\":[ ]", "[ ]")]
    [InlineData("\"data\":null", "")]
    [InlineData("\"data\":null,\"data_base64\":\"YQ==\"", "a")]
    [InlineData("\"data_base64\":\"YQ==\",\"datacontenttype\":\"application/octet-stream\"", "a")]
    [InlineData("\"data_base64\":\"Pz8\\/\"", "???")]
    [InlineData("\"data_base64\":\"\"", "")]
    [InlineData("\"d\\u0061ta\":1", "1")]
    [InlineData("\"x\":1", "")]
    public void Data_comes_out_as_its_content_type_says(string members, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(Records.DecodeStructured(members).Good.Data.Span));
    }

    [Theory]
    [InlineData("\"data\":1", "application/json")]
    [InlineData("\"data_base64\":\"YQ==\"", null)]
    [InlineData("\"data\":null", null)]
    public void Data_without_a_content_type_is_JSON_and_other_bytes_are_not(string members, string? expected)
    {
        Assert.Equal(expected, Records.DecodeStructured(members).Good.DataContentType);
    }

    [Theory]
    [InlineData("\"data\":{},\"datacontenttype\":\"text/plain\"", "data")]
    [InlineData("\"data\":1,\"data_base64\":\"YQ==\"", "data_base64")]
    [InlineData("\"data_base64\":\"Y\"", "data_base64")]
    [InlineData("\"data_base64\":\"\\ud800\"", "data_base64")]
    [InlineData("\"data_base64\":\"-_-_\"", "data_base64")]
    [InlineData("\"data_base64\":1", "data_base64")]
    [InlineData("\"data_base64\":{\"a\":[1]}", "data_base64")]
    [InlineData("\"data\":\"\\ud800\",\"datacontenttype\":\"text/plain\"", "data")]
    [InlineData("\"datacontenttype\":\"\"", "datacontenttype")]
    public void Data_that_contradicts_itself_is_refused_by_name(string members, string attribute)
    {
        Records.DecodeStructured(members).Refused(attribute);
    }

    [Theory]
    [InlineData("\"n\":2147483647", "2147483647")]
    [InlineData("\"n\":-2147483648", "-2147483648")]
    [InlineData("\"n\":-1", "-1")]
    [InlineData("\"n\":-0", "0")]
    [InlineData("\"n\":true", "true")]
    [InlineData("\"n\":false", "false")]
    [InlineData("\"n\":\"1.0\"", "1.0")]
    [InlineData("\"n\":\"\"", "")]
    [InlineData("\"n\":null", null)]
    public void Extensions_become_their_canonical_text_and_null_is_unset(string member, string? expected)
    {
        Assert.Equal(expected, Records.DecodeStructured(member).Good.Extension("n"));
    }

    [Theory]
    [InlineData("\"n\":2147483648", "n")]
    [InlineData("\"n\":-2147483649", "n")]
    [InlineData("\"n\":1.0", "n")]
    [InlineData("\"n\":1e2", "n")]
    [InlineData("\"n\":1E2", "n")]
    [InlineData("\"n\":4.5", "n")]
    [InlineData("\"n\":1e999999999", "n")]
    [InlineData("\"n\":99999999999999999999999999", "n")]
    [InlineData("\"o\":{\"r\":1}", "o")]
    [InlineData("\"a\":[1]", "a")]
    [InlineData("\"routeInfo\":\"u\"", "routeInfo")]
    [InlineData("\"routeInfo\":{\"r\":1}", "routeInfo")]
    [InlineData("\"my-ext\":\"u\"", "my-ext")]
    [InlineData("\"\":\"u\"", "a member's empty name")]
    [InlineData("\"subject\":1", "subject")]
    [InlineData("\"subject\":true", "subject")]
    [InlineData("\"subject\":{}", "subject")]
    [InlineData("\"subject\":\"\"", "subject")]
    [InlineData("\"partitionkey\":7", "partitionkey")]
    [InlineData("\"aeorigin\":7,\"aesequence\":7", "aeorigin")]
    public void Values_of_another_type_and_names_of_other_characters_are_refused_by_name(string member, string attribute)
    {
        Records.DecodeStructured(member).Refused(attribute);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"7\"")]
    public void A_number_and_its_text_are_the_same_origin(string sequence)
    {
        Assert.Equal(new EventOrigin("o", 7), Records.DecodeStructured($"\"aeorigin\":\"o\",\"aesequence\":{sequence}").Good.Origin);
    }

    [Theory]
    [InlineData("\"07\"")]
    [InlineData("\" 7\"")]
    [InlineData("\"-1\"")]
    [InlineData("-1")]
    [InlineData("\"\"")]
    [InlineData("7.0")]
    [InlineData("true")]
    [InlineData("2147483648")]
    [InlineData("\"9223372036854775808\"")]
    [InlineData("\"٧\"")]
    public void Another_spelling_of_an_origin_s_number_is_refused(string sequence)
    {
        Records.DecodeStructured($"\"aeorigin\":\"o\",\"aesequence\":{sequence}").Refused("aesequence");
    }

    [Fact]
    public void Half_an_origin_is_refused_also_if_the_other_half_is_null()
    {
        Records.DecodeStructured("\"aeorigin\":\"o\"").Refused("aesequence");
        Records.DecodeStructured("\"aesequence\":\"1\",\"aeorigin\":null").Refused("aeorigin");
        Assert.Null(Records.DecodeStructured("\"aesequence\":null,\"aeorigin\":null").Good.Origin);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("source")]
    [InlineData("type")]
    [InlineData("specversion")]
    public void A_required_attribute_that_is_absent_or_null_is_refused(string name)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["specversion"] = "\"1.0\"", ["id"] = "\"1\"", ["source"] = "\"/s\"", ["type"] = "\"t\"" };
        foreach (var (value, isThere) in new[] { ("", false), ("null", true), ("\"\"", true), ("1", true) })
        {
            all[name] = value;
            var members = all.Where(m => isThere || m.Key != name).Select(m => $"\"{m.Key}\":{m.Value}");

            Records.DecodeStructured(Records.Bytes("{" + string.Join(',', members) + "}")).Refused(name);
        }
    }

    [Theory]
    [InlineData("application/cloudevents+json")]
    [InlineData("application/cloudevents+json; charset=UTF-8")]
    [InlineData("Application/CloudEvents+JSON ;charset=utf-8")]
    public void The_media_type_decides_on_the_mode_and_headers_beside_it_do_not(string contentType)
    {
        var verdict = Records.Decode(null, Records.Structured(""), [Records.Header("Content-Type", contentType), Records.Header("ce_id", "other"), Records.Header("ce_X", "1")]);

        Assert.Equal("1", verdict.Good.Id);
    }

    [Theory]
    [InlineData("application/cloudevents-batch+json", "batch")]
    [InlineData("application/cloudevents-batch+json; charset=utf-8", "batch")]
    [InlineData("application/cloudevents+avro", "format")]
    [InlineData("application/cloudevents", "format")]
    public void Batches_and_other_formats_are_refused_with_the_reason(string contentType, string word)
    {
        var failure = Records.Decode(null, Records.Bytes("[]"), [Records.Header("content-type", contentType)]).Refused("content-type");

        Assert.Contains(word, failure.Problem, StringComparison.Ordinal);
        Assert.Contains("application/cloudevents+json", failure.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_members_are_taken_up_to_the_limit()
    {
        static string Members(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"x{i}\":{i}"));

        Assert.Equal(1_024, Records.DecodeStructured(Members(1_024)).Good.Extensions.Count);
        Assert.Equal("v", Records.DecodeStructured($"\"{new string('n', 300)}\":\"v\"").Good.Extension(new string('n', 300)));
        Records.DecodeStructured(Members(1_025)).Refused("x1024");
    }
}
