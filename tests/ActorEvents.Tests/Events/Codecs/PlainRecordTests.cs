using ActorEvents.Events;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

public sealed class PlainRecordTests
{
    [Fact]
    public void A_plain_record_is_mapped_by_its_topic()
    {
        var value = Records.Bytes("""{"a":1}""");

        var e = Records.Decode(Records.Bytes("k"), value, [Records.Header("trace", "x")], 1_767_225_600_123).Good;

        Assert.Equal(("orders", "/topics/orders", "application/json"), (e.Type, e.Source, e.DataContentType));
        Assert.Equal("in/5L6g3nShT/3/42", e.Id);
        Assert.Equal("2026-01-01T00:00:00.123Z", e.Time);
        Assert.Equal("k", e.Key);
        Assert.Equal(new EventPosition(Records.Stream, 42), e.Position);
        Assert.Equal(1 + value.Length + "trace".Length + 1, e.Size);
        Assert.True(e.Data.Span.SequenceEqual(value));
        Assert.Null(e.Origin);
    }

    [Fact]
    public void No_key_is_no_failure_and_an_empty_key_is_a_key()
    {
        Assert.Null(Records.Decode(null, [1], []).Good.Key);
        Assert.Equal("", Records.Decode([], [1], []).Good.Key);
    }

    [Fact]
    public void A_tombstone_is_an_event_without_data()
    {
        var e = Records.Decode(Records.Bytes("k"), null, []).Good;

        Assert.True(e.Data.IsEmpty);
    }

    [Theory]
    [InlineData("content-type=text/plain", "text/plain")]
    [InlineData("Content-Type=text/plain", "text/plain")]
    [InlineData("content-type=", "application/json")]
    [InlineData("content-type", "application/json")]
    public void The_content_type_is_the_header_else_the_mapping(string header, string expected)
    {
        var parts = header.Split('=');

        var e = Records.Decode(null, [1], [Records.Header(parts[0], parts.Length == 2 ? parts[1] : null)]).Good;

        Assert.Equal(expected, e.DataContentType);
    }

    [Theory]
    [InlineData("ce-id")]
    [InlineData("ce-specversion")]
    [InlineData("cloudEvents_id")]
    [InlineData("ce")]
    public void Foreign_prefixes_make_no_CloudEvent(string name)
    {
        Assert.Equal("orders", Records.Decode(null, [1], [Records.Header(name, "1.0")]).Good.Type);
    }

    // A record timestamp in microseconds killed consume loops (K05).
    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z", 0)]
    [InlineData(1, "1970-01-01T00:00:00.001Z", 0)]
    [InlineData(-1, null, 0)]
    [InlineData(-2, "1969-12-31T23:59:59.998Z", 0)]
    [InlineData(253402300799999, "9999-12-31T23:59:59.999Z", 0)]
    [InlineData(253402300800000, "9999-12-31T23:59:59.999Z", 1)]
    [InlineData(1767225600000000, "9999-12-31T23:59:59.999Z", 1)]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59.999Z", 1)]
    [InlineData(-62135596800000, "0001-01-01T00:00:00.000Z", 0)]
    [InlineData(long.MinValue, "0001-01-01T00:00:00.000Z", 1)]
    public void A_timestamp_outside_the_calendar_becomes_the_nearest_inside(long timestamp, string? time, int clamped)
    {
        var decoder = Records.Decoder();

        var plain = Records.Decode(null, [1], [], timestamp, decoder).Good;
        var cloud = Records.Decode(null, [1], Records.Binary(), timestamp, decoder).Good;

        Assert.Equal(time, plain.Time);
        Assert.Equal(clamped, decoder.ClampedTimestamps);
        Assert.Null(cloud.Time);
    }

    [Theory]
    [InlineData("", "/s", "a/b", "type")]
    [InlineData("t", "no uri", "a/b", "source")]
    [InlineData("t", "", "a/b", "source")]
    [InlineData("t", "/s", "", "content-type")]
    public void A_wrong_mapping_stops_the_start_and_names_the_setting(string type, string source, string contentType, string setting)
    {
        var e = Assert.Throws<ArgumentException>(() => new RecordMapping(type, source, contentType));

        Assert.StartsWith(setting + " = ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_letter_holds_the_record_as_it_came()
    {
        var headers = new[] { Records.Header("ce_id", "1"), Records.Header("x", null), Records.Header("x", "2") };

        var dead = Records.Decode([1], [2, 3], headers).Dead!;

        Assert.Equal(new EventPosition(Records.Stream, 42), dead.Position);
        Assert.Equal([1], dead.Key!.Value.ToArray());
        Assert.Equal([2, 3], dead.Value!.Value.ToArray());
        Assert.Equal(headers, dead.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value?.ToArray())));
    }
}
