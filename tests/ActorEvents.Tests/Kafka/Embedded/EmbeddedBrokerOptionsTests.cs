using System.Collections.Immutable;
using ActorEvents.Kafka.Embedded;

namespace ActorEvents.Tests.Kafka.Embedded;

public sealed class EmbeddedBrokerOptionsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Arguments_make_the_same_options_again(bool child)
    {
        var options = new EmbeddedBrokerOptions
        {
            Port = 2000,
            Brokers = 3,
            Topics = ImmutableSortedDictionary<string, int>.Empty.Add("orders", 16).Add("a.b_c-d", 1),
        };

        var again = EmbeddedBrokerOptions.Parse(options.ToArguments(child), out var readChild);

        Assert.Equal(child, readChild);
        Assert.Equal((2000, 3), (again.Port, again.Brokers));
        Assert.Equal(options.Topics, again.Topics);
    }

    [Fact]
    public void Without_arguments_it_is_one_broker_on_19092()
    {
        var options = EmbeddedBrokerOptions.Parse([], out var child);

        Assert.False(child);
        Assert.Equal((19092, 1), (options.Port, options.Brokers));
        Assert.Empty(options.Topics);
    }

    [Theory]
    [InlineData("kafka.embedded.port = 65536", "--port", "65536")]
    [InlineData("kafka.embedded.port = -1", "--port", "-1")]
    [InlineData("room for 3 brokers", "--port", "65534", "--brokers", "3")]
    [InlineData("kafka.embedded.brokers = 0", "--brokers", "0")]
    [InlineData("kafka.embedded.brokers = 65", "--brokers", "65")]
    [InlineData("'x' is not a whole number", "--port", "x")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("'--prot'", "--prot", "1")]
    [InlineData("'orders' is not NAME=PARTITIONS", "--topic", "orders")]
    [InlineData("--topic orders: 'many' is not a whole number", "--topic", "orders=many")]
    [InlineData("orders = 0 partitions", "--topic", "orders=0")]
    [InlineData("orders = 10001 partitions", "--topic", "orders=10001")]
    [InlineData("'or ders' is not a topic name", "--topic", "or ders=1")]
    [InlineData("'' is not a topic name", "--topic", "=1")]
    [InlineData("'..' is not a topic name", "--topic", "..=1")]
    public void Wrong_values_are_named(string expected, params string[] arguments)
    {
        var refused = Assert.Throws<EmbeddedBrokerException>(() => EmbeddedBrokerOptions.Parse(arguments, out _));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
