using ActorEvents.Events;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Headers as other frameworks write them (K03), extension attributes and origins (K04) in binary mode.</summary>
public sealed class BinaryModeTests
{
    [Fact]
    public void All_attributes_are_read_and_the_value_is_the_data()
    {
        var value = Records.Bytes("""{"a":1}""");

        var e = Records.Decode(Records.Bytes("k"), value, Records.Binary(
            "ce_subject=sub", "ce_time=2026-01-01T00:00:00Z", "ce_dataschema=https://x.test/s", "ce_b=2", "ce_a=", "ce_aeorigin=file-1", "ce_aesequence=7")).Good;

        Assert.Equal(("1", "/s", "t", "sub"), (e.Id, e.Source, e.Type, e.Subject));
        Assert.Equal(("2026-01-01T00:00:00Z", "application/json", "https://x.test/s"), (e.Time, e.DataContentType, e.DataSchema));
        Assert.Equal([new("b", "2"), new("a", "")], e.Extensions);
        Assert.Equal(new EventOrigin("file-1", 7), e.Origin);
        Assert.Equal(DataKind.Json, e.DataKind);
        Assert.True(e.Data.Span.SequenceEqual(value));
    }

    [Theory]
    [InlineData("Content-Type=a/b", "a/b")]
    [InlineData("CONTENT-TYPE=a/b", "a/b")]
    [InlineData("ce_datacontenttype=a/b", "a/b")]
    [InlineData("content-type=a/b|Content-Type=x/y", "a/b")]
    [InlineData("Content-Type=x/y|content-type=a/b", "a/b")]
    [InlineData("Content-Type=x/y|CONTENT-TYPE=z/z|content-type=a/b", "a/b")]
    [InlineData("content-type=a/b|+content-type=a/b", "a/b")]
    [InlineData("content-type=a/b|ce_datacontenttype=a/b", "a/b")]
    [InlineData("content-type", null)]
    public void The_content_type_is_found_in_every_spelling_and_the_exact_one_wins(string headers, string? expected)
    {
        Assert.Equal(expected, Records.DecodeBinary([1], ["-content-type", .. headers.Split('|')]).Good.DataContentType);
    }

    [Theory]
    [InlineData("content-type=a/b|+content-type=x/y", "content-type")]
    [InlineData("Content-Type=a/b|CONTENT-TYPE=x/y", "content-type")]
    [InlineData("content-type=a/b|ce_datacontenttype=x/y", "content-type")]
    [InlineData("content-type=", "content-type")]
    [InlineData("content-type=\"a/b\"", "content-type")]
    public void Content_types_that_contradict_each_other_or_are_none_are_refused(string headers, string attribute)
    {
        Records.DecodeBinary([1], ["-content-type", .. headers.Split('|')]).Refused(attribute);
    }

    [Theory]
    [InlineData("ce_source=\"/s\"", "ce_source")]
    [InlineData("ce_specversion=\"1.0\"", "ce_specversion")]
    [InlineData("ce_type=\"t\"", "ce_type")]
    [InlineData("ce_id=\"1\"", "ce_id")]
    [InlineData("ce_time=\"2026-01-01T00:00:00Z\"", "ce_time")]
    [InlineData("ce_dataschema=\"https://x.test/s\"", "ce_dataschema")]
    public void A_value_with_its_quotes_in_the_bytes_is_refused_and_says_so(string header, string attribute)
    {
        Assert.Contains("begins with a quote", Records.DecodeBinary([1], header).Refused(attribute).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CE_id")]
    [InlineData("Ce_x")]
    [InlineData("ce_Type")]
    [InlineData("ce_myExt")]
    [InlineData("ce_my-ext")]
    [InlineData("ce_my_ext")]
    [InlineData("ce_ü")]
    [InlineData("ce_a\uFFFD")]
    [InlineData("ce_")]
    public void A_name_of_other_characters_is_refused_by_name(string name)
    {
        Records.DecodeBinary([1], name + "=x").Refused(name);
        Records.DecodeBinary([1], name).Refused(name);
        Records.Decode(null, [1], [Records.Header(name, "x")]).Refused(name);
    }

    [Theory]
    [InlineData("ce_specversion=0.3", "ce_specversion")]
    [InlineData("ce_specversion=1.1", "ce_specversion")]
    [InlineData("ce_specversion=1.0 ", "ce_specversion")]
    [InlineData("ce_specversion=", "ce_specversion")]
    [InlineData("-ce_specversion", "ce_specversion")]
    [InlineData("ce_specversion", "ce_specversion")]
    [InlineData("-ce_id", "ce_id")]
    [InlineData("ce_id", "ce_id")]
    [InlineData("ce_id=", "ce_id")]
    [InlineData("-ce_source", "ce_source")]
    [InlineData("ce_source=", "ce_source")]
    [InlineData("-ce_type", "ce_type")]
    [InlineData("ce_type=", "ce_type")]
    [InlineData("ce_subject=", "ce_subject")]
    [InlineData("ce_dataschema=", "ce_dataschema")]
    [InlineData("ce_dataschema=/relative", "ce_dataschema")]
    [InlineData("ce_data=x", "ce_data")]
    public void An_attribute_that_is_absent_or_empty_or_wrong_is_refused_by_name(string change, string attribute)
    {
        Records.DecodeBinary([1], change).Refused(attribute);
    }

    [Theory]
    [InlineData("ce_id")]
    [InlineData("ce_specversion")]
    [InlineData("ce_type")]
    [InlineData("ce_x")]
    [InlineData("ce_aeorigin")]
    [InlineData("ce_aesequence")]
    public void An_attribute_twice_is_refused_also_with_the_same_value(string name)
    {
        var value = name is "ce_specversion" ? "1.0" : "1";

        var failure = Records.DecodeBinary([1], "ce_x=1", "ce_aeorigin=o", "ce_aesequence=1", $"+{name}={value}").Refused(name);

        Assert.Contains("more than once", failure.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_value_is_an_attribute_that_is_not_there()
    {
        var e = Records.DecodeBinary([1], "ce_subject", "ce_x").Good;

        Assert.Null(e.Subject);
        Assert.Empty(e.Extensions);
    }

    [Theory]
    [InlineData("/s")]
    [InlineData("s")]
    [InlineData("https://user@host.test:80/p?q=1&r=%C3%BC#f")]
    [InlineData("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66")]
    [InlineData("mailto:a@b.test")]
    [InlineData("http://[::1]/")]
    [InlineData("//[::1]/")]
    [InlineData("1-555-123-4567")]
    [InlineData("./a:b")]
    [InlineData("?q")]
    [InlineData("#f")]
    public void A_source_that_is_a_URI_reference_is_taken_as_it_stands(string source)
    {
        Assert.Equal(source, Records.DecodeBinary([1], "ce_source=" + source).Good.Source);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("/bücher")]
    [InlineData("a<b>")]
    [InlineData("a\\b")]
    [InlineData("{x}")]
    [InlineData("%zz")]
    [InlineData("a%2")]
    [InlineData("%41%")]
    [InlineData(":a")]
    [InlineData("1a:b")]
    [InlineData("a#b#c")]
    [InlineData("a[1]")]
    [InlineData("a\tb")]
    public void A_source_that_is_none_is_refused(string source)
    {
        Records.DecodeBinary([1], "ce_source=" + source).Refused("ce_source");
    }

    [Theory]
    [InlineData("ce_subject")]
    [InlineData("ce_id")]
    [InlineData("ce_type")]
    [InlineData("ce_source")]
    [InlineData("ce_time")]
    [InlineData("ce_x")]
    [InlineData("ce_partitionkey")]
    [InlineData("ce_aeorigin")]
    [InlineData("ce_aesequence")]
    [InlineData("content-type")]
    public void Bytes_that_are_no_text_are_refused_by_name_and_nothing_is_replaced(string name)
    {
        foreach (var bad in new byte[][] { [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF], [0x61, 0], [0x61, 0x0A], [0xC2, 0x85], [0xEF, 0xBF, 0xBF], [0xF0, 0x9F, 0xBF, 0xBE] })
        {
            KeyValuePair<string, byte[]?>[] headers = [.. Records.Binary("-" + name, "ce_aeorigin=o"), new(name, bad)];

            var failure = Records.Decode(null, [1], [.. headers.Where((h, i) => i == headers.Length - 1 || h.Key != name)]).Refused(name);

            Assert.DoesNotContain('\uFFFD', failure.Reason);
            Assert.DoesNotContain('\0', failure.Reason);
        }
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("\uFFFD")]
    [InlineData(" ü ")]
    [InlineData("\"quoted\"")]
    public void Other_text_is_taken_as_it_stands(string text)
    {
        var e = Records.DecodeBinary([1], "ce_subject=" + text, "ce_x=" + text).Good;

        Assert.Equal((text, text), (e.Subject, e.Extension("x")));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void An_origin_s_number_has_64_bits(string text, long number)
    {
        Assert.Equal(number, Records.DecodeBinary([1], "ce_aeorigin=o", "ce_aesequence=" + text).Good.Origin!.Value.Number);
    }

    [Theory]
    [InlineData("07")]
    [InlineData("00")]
    [InlineData(" 7")]
    [InlineData("7 ")]
    [InlineData("+7")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("9223372036854775808")]
    [InlineData("9999999999999999999")]
    [InlineData("18446744073709551617")]
    [InlineData("٧")]
    [InlineData("7.0")]
    [InlineData("1e2")]
    public void Another_spelling_of_a_number_or_an_overflow_is_refused(string text)
    {
        Records.DecodeBinary([1], "ce_aeorigin=o", "ce_aesequence=" + text).Refused("ce_aesequence");
    }

    [Fact]
    public void Half_an_origin_is_refused_and_names_the_half_that_is_absent()
    {
        Records.DecodeBinary([1], "ce_aeorigin=o").Refused("ce_aesequence");
        Records.DecodeBinary([1], "ce_aesequence=7").Refused("ce_aeorigin");
        Records.DecodeBinary([1], "ce_aesequence=7", "ce_aeorigin=").Refused("ce_aeorigin");
        Records.DecodeBinary([1], "ce_aesequence=7", "ce_aeorigin=" + new string('o', 256)).Refused("ce_aeorigin");
    }

    [Fact]
    public void Many_extensions_and_long_names_are_taken_up_to_the_limit()
    {
        var many = Enumerable.Range(0, 1_024).Select(i => $"ce_x{i}={i}").ToArray();
        var longName = new string('n', 300);

        Assert.Equal(1_024, Records.DecodeBinary([1], many).Good.Extensions.Count);
        Assert.Equal("v", Records.DecodeBinary([1], $"ce_{longName}=v").Good.Extension(longName));
        Records.DecodeBinary([1], [.. many, "ce_y=1"]).Refused("ce_y");
        Records.DecodeBinary([1], [.. many[..500], "+ce_x7=1"]).Refused("ce_x7");
    }

    [Fact]
    public void A_decoder_keeps_nothing_of_one_record_for_the_next()
    {
        var decoder = Records.Decoder();
        Records.Decode(null, [1], Records.Binary("ce_subject=s", "ce_x=1", "ce_aeorigin=o", "ce_aesequence=1", "ce_partitionkey=p", "ce_time=2026-01-01T00:00:00Z"), decoder: decoder);

        var e = Records.Decode(null, [1], Records.Binary("-content-type"), decoder: decoder).Good;

        Assert.Equal((null, null, null, null, null), (e.Subject, e.Key, e.Origin, e.Time, e.DataContentType));
        Assert.Empty(e.Extensions);
    }
}
