using ActorEvents.Node;
using ActorEvents.Node.Settings;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Node.Settings;

public sealed class EmbeddedDefaultsTests
{
    private readonly NodeSettings _settings = new();

    [Fact]
    public void The_embedded_broker_has_defaults_of_its_own()
    {
        Apply();
        Assert.Equal((TimeSpan.FromSeconds(2), 25, RecreatedTopic.Replay), (_settings.Kafka.SessionTimeout, _settings.Kafka.FetchWaitMs, _settings.Relay.RecreatedTopic));
    }

    /// <summary>The summary showed them, and others were in force.</summary>
    [Fact]
    public void What_was_set_is_in_force_also_there()
    {
        Apply("--kafka.session-timeout", "6 s", "--kafka.fetch-wait-ms", "50", "--relay.recreated-topic", "replay");
        Assert.Equal((TimeSpan.FromSeconds(6), 50), (_settings.Kafka.SessionTimeout, _settings.Kafka.FetchWaitMs));
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("continue")]
    public void What_would_lose_or_stop_there_is_refused_with_the_reason(string policy)
    {
        var refused = Assert.Throws<SettingsException>(() => Apply("--relay.recreated-topic", policy));
        Assert.Contains($"relay.recreated-topic = '{policy}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Leave it out", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_broker_of_ones_own_everything_is_as_it_was_set()
    {
        Apply("--kafka.bootstrap-servers", "kafka:9092", "--relay.recreated-topic", "continue");
        Assert.Equal((TimeSpan.FromSeconds(6), RecreatedTopic.Continue), (_settings.Kafka.SessionTimeout, _settings.Relay.RecreatedTopic));
    }

    private void Apply(params string[] arguments)
    {
        var reader = new SettingsReader(new SettingsSchema(_settings));
        reader.CommandLine([.. arguments], new Dictionary<string, string>());
        reader.Validate();
        EmbeddedDefaults.Apply(_settings, reader);
    }
}
