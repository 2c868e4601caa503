using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Native;

public sealed class KafkaNativeTests
{
    [Fact]
    public void The_librdkafka_that_comes_with_the_client_is_the_one_in_use()
    {
        KafkaNative.EnsureVersion();

        Assert.StartsWith("2.16.", Library.VersionString, StringComparison.Ordinal);
        Assert.StartsWith(AppContext.BaseDirectory, KafkaNative.LoadedFile(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_librdkafka_is_refused_with_its_version_its_file_and_the_cause()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => KafkaNative.Check(0x020002ff, "2.0.2", "/usr/lib/librdkafka.so"));

        Assert.Contains("2.0.2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/usr/lib/librdkafka.so", refused.Message, StringComparison.Ordinal);
        Assert.Contains("2.16.0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("librdkafka-dev", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x021000ff)]
    [InlineData(0x02100000)]
    [InlineData(0x03000000)]
    public void The_version_this_is_built_on_and_later_ones_are_accepted(int version) => KafkaNative.Check(version, "any", file: null);
}
