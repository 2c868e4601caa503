namespace ActorEvents.Tests.Events.Codecs;

/// <summary>The attribute <c>time</c> (K05): what RFC 3339 allows passes as the same text.</summary>
public sealed class EventTimeTests
{
    [Theory]
    [InlineData("2026-03-29T02:30:00Z")]
    [InlineData("2026-03-29T02:30:00.123456789Z")]
    [InlineData("2026-03-29T02:30:00.1Z")]
    [InlineData("2026-03-29T02:30:00.0000000Z")]
    [InlineData("2026-03-29T02:30:00+14:00")]
    [InlineData("2026-03-29T02:30:00-23:59")]
    [InlineData("2026-03-29T02:30:00-00:00")]
    [InlineData("2026-03-29t02:30:00z")]
    [InlineData("2026-03-29T23:59:60Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("2024-02-29T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    public void What_RFC_3339_allows_comes_out_as_the_same_text(string time)
    {
        Assert.Equal(time, Records.DecodeBinary([1], "ce_time=" + time).Good.Time);
        Assert.Equal(time, Records.DecodeStructured($"\"time\":\"{time}\"").Good.Time);
    }

    [Theory]
    [InlineData("2026-01-02 03:04:05")]
    [InlineData("2026-01-02 03:04:05Z")]
    [InlineData("2026-01-02T24:00:00Z")]
    [InlineData("2026-01-02T03:60:00Z")]
    [InlineData("2026-01-02T03:04:61Z")]
    [InlineData("2026-13-02T03:04:05Z")]
    [InlineData("2026-02-29T03:04:05Z")]
    [InlineData("2026-01-00T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05")]
    [InlineData("2026-01-02T03:04:05.Z")]
    [InlineData("2026-01-02T03:04:05,1Z")]
    [InlineData("2026-01-02T03:04:05+0100")]
    [InlineData("2026-01-02T03:04:05+24:00")]
    [InlineData("2026-01-02T03:04:05Zx")]
    [InlineData("2026-01-02T03:04Z")]
    [InlineData("2026-01-02")]
    [InlineData("1767225600000")]
    [InlineData("٢٠٢٦-01-02T03:04:05Z")]
    [InlineData("+026-01-02T03:04:05Z")]
    [InlineData("")]
    public void What_it_does_not_allow_is_refused_by_name(string time)
    {
        Records.DecodeBinary([1], "ce_time=" + time).Refused("ce_time");
        Records.DecodeStructured($"\"time\":\"{time}\"").Refused("time");
    }

    [Fact]
    public void A_number_is_no_time()
    {
        Records.DecodeStructured("\"time\":1767225600000").Refused("time");
    }
}
