using ActorEvents.Kafka;
using ActorEvents.Kafka.Clients;

namespace ActorEvents.Tests.Kafka;

public sealed class KafkaClientCheckTests
{
    [Theory]
    [InlineData("fetch.wait.max.ms", "99999999", "outside allowed range", "kafka.client.fetch.wait.max.ms = '99999999'")]
    [InlineData("security.protocol", "tls", "Invalid value", "kafka.client.security.protocol = 'tls'")]
    [InlineData("auto.offset.reset", "latest", "not free to choose", "use kafka.start")]
    [InlineData("metadata.broker.list", "a:1", "not free to choose", "use kafka.bootstrap-servers")]
    [InlineData("group.instance.id", "me", "not free to choose", "use kafka.membership")]
    [InlineData("enable.idempotence", "false", "not free to choose", "Take it out")]
    [InlineData("session.timeout.ms", "400000", "max.poll.interval.ms", "do not go together")]
    [InlineData("max.poll.interval.ms", "11000", "max.poll.interval.ms = 11000", "do not go together")]
    [InlineData("ssl.ca.location", "/no/such/file.pem", "file.pem", "do not go together")]
    public void What_the_client_would_stumble_over_is_refused_with_its_name_its_value_and_the_cure(string name, string value, string what, string cure)
    {
        var client = new Dictionary<string, string> { [name] = value };
        if (name.StartsWith("ssl", StringComparison.Ordinal))
        {
            client["security.protocol"] = "ssl";
        }

        var problem = KafkaClientCheck.Problem(new KafkaClientOptions { Client = client }, TimeSpan.FromSeconds(10));

        Assert.NotNull(problem);
        Assert.Contains($"kafka.client.{name} = '{value}'", problem, StringComparison.Ordinal);
        Assert.Contains(what, problem, StringComparison.Ordinal);
        Assert.Contains(cure, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_known_is_named_without_its_value_which_may_be_a_secret()
    {
        var problem = KafkaClientCheck.Problem(
            new KafkaClientOptions { Client = new Dictionary<string, string> { ["sasl.pasword"] = "S3cr" } }, TimeSpan.FromSeconds(10));
        Assert.Contains("kafka.client.sasl.pasword is refused: No such configuration property", problem, StringComparison.Ordinal);
        Assert.Contains("CONFIGURATION.md", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("S3cr", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_drain_that_may_last_longer_than_the_broker_waits_for_a_poll_is_refused()
    {
        var problem = KafkaClientCheck.Problem(new KafkaClientOptions(), TimeSpan.FromMinutes(10));
        Assert.Contains("flow.drain-timeout", problem, StringComparison.Ordinal);
        Assert.Contains("max.poll.interval.ms = 300000", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_consumer_and_of_a_producer_are_taken_side_by_side()
    {
        var options = new KafkaClientOptions
        {
            Client = new Dictionary<string, string>
            {
                ["security.protocol"] = "sasl_plaintext",
                ["sasl.mechanism"] = "PLAIN",
                ["sasl.username"] = "me",
                ["sasl.password"] = "secret",
                ["fetch.min.bytes"] = "2",
                ["compression.type"] = "lz4",
                ["dotnet.cancellation.delay.max.ms"] = "50",
                ["group.protocol"] = "consumer",
            },
        };
        Assert.Null(KafkaClientCheck.Problem(options, TimeSpan.FromSeconds(10)));
        Assert.Null(KafkaClientCheck.Problem(new KafkaClientOptions(), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_secret_is_not_shown()
    {
        var options = new KafkaClientOptions { Client = new Dictionary<string, string> { ["sasl.pasword"] = "secret", ["sasl.password"] = "secret" } };
        var problem = KafkaClientCheck.Problem(new KafkaClientOptions { Client = new Dictionary<string, string> { ["sasl.password"] = "secret", ["session.timeout.ms"] = "400000" } }, TimeSpan.Zero);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
        Assert.Contains("sasl.pasword", KafkaClientCheck.Problem(options, TimeSpan.Zero), StringComparison.Ordinal);
    }
}
