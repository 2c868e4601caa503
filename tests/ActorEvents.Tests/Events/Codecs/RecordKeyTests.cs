using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

public sealed class RecordKeyTests
{
    [Theory]
    [InlineData(KeyFormat.Utf8, "C3BC", "ü")]
    [InlineData(KeyFormat.Utf8, "", "")]
    [InlineData(KeyFormat.Utf8, "20612000", " a \0")]
    [InlineData(KeyFormat.Utf8, "EFBFBD", "\uFFFD")]
    [InlineData(KeyFormat.Int32, "FFFFFFFF", "-1")]
    [InlineData(KeyFormat.Int32, "00000100", "256")]
    [InlineData(KeyFormat.Int64, "7FFFFFFFFFFFFFFF", "9223372036854775807")]
    [InlineData(KeyFormat.Uuid, "00112233445566778899AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData(KeyFormat.Hex, "C328", "c328")]
    [InlineData(KeyFormat.Hex, "", "")]
    public void A_key_is_read_in_its_format(KeyFormat format, string hex, string expected)
    {
        Assert.Equal(expected, Records.Decode(Convert.FromHexString(hex), [1], [], decoder: Records.Decoder(format)).Good.Key);
    }

    [Theory]
    [InlineData(KeyFormat.Utf8, "C328")]
    [InlineData(KeyFormat.Utf8, "EDA080")]
    [InlineData(KeyFormat.Int32, "")]
    [InlineData(KeyFormat.Int32, "0000000001")]
    [InlineData(KeyFormat.Int64, "00000001")]
    [InlineData(KeyFormat.Uuid, "30303131323233332D343435352D363637372D383839392D616162626363646465656666")]
    public void Bytes_of_another_form_are_refused_and_the_setting_is_named(KeyFormat format, string hex)
    {
        foreach (var headers in new[] { [], Records.Binary() })
        {
            var failure = Records.Decode(Convert.FromHexString(hex), [1], headers, decoder: Records.Decoder(format)).Refused("record key");

            Assert.Contains($"key-format = {format.ToString().ToLowerInvariant()}", failure.Reason, StringComparison.Ordinal);
            Assert.Contains("Set key-format", failure.Cure, StringComparison.Ordinal);
            Assert.DoesNotContain('\uFFFD', failure.Reason);
        }
    }

    [Theory]
    [InlineData("rec", "sub", "part", "part")]
    [InlineData("rec", "sub", null, "rec")]
    [InlineData("", "sub", null, "")]
    [InlineData(null, "sub", null, "sub")]
    [InlineData(null, null, null, null)]
    public void The_key_is_partitionkey_else_the_record_s_key_else_subject(string? record, string? subject, string? partition, string? expected)
    {
        var binary = new List<string>();
        var members = new List<string>();
        if (subject is not null)
        {
            binary.Add($"ce_subject={subject}");
            members.Add($"\"subject\":\"{subject}\"");
        }

        if (partition is not null)
        {
            binary.Add($"ce_partitionkey={partition}");
            members.Add($"\"partitionkey\":\"{partition}\"");
        }

        var key = record is null ? null : Records.Bytes(record);

        Assert.Equal(expected, Records.Decode(key, [1], Records.Binary([.. binary])).Good.Key);
        Assert.Equal(
            expected,
            Records.Decode(key, Records.Structured(string.Join(',', members)), [Records.Header("content-type", Records.StructuredType)]).Good.Key);
    }

    [Fact]
    public void The_partition_key_stands_among_the_extensions_too()
    {
        Assert.Equal("p", Records.DecodeBinary([1], "ce_partitionkey=p").Good.Extension("partitionkey"));
    }

    [Fact]
    public void An_empty_partition_key_is_refused()
    {
        Records.DecodeBinary([1], "ce_partitionkey=").Refused("ce_partitionkey");
    }
}
