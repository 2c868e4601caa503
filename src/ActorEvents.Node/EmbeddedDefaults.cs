using ActorEvents.Node.Settings;
using ActorEvents.Relay;

namespace ActorEvents.Node;

/// <summary>What is another default where the node runs its own broker.</summary>
internal static class EmbeddedDefaults
{
    /// <summary>Sets what was not given; what was given stays as it is, or is refused.</summary>
    /// <exception cref="SettingsException">The relay's answer to a re-created topic is another one than to replay: each start of that broker makes new topics.</exception>
    public static void Apply(NodeSettings settings, SettingsReader reader)
    {
        if (!settings.Kafka.IsEmbedded)
        {
            return;
        }

        if (!reader.IsGiven("kafka.session-timeout"))
        {
            settings.Kafka.SessionTimeout = TimeSpan.FromSeconds(2);
        }

        if (!reader.IsGiven("kafka.fetch-wait-ms"))
        {
            settings.Kafka.FetchWaitMs = 25;
        }

        if (reader.IsGiven("relay.recreated-topic") && settings.Relay.RecreatedTopic != RecreatedTopic.Replay)
        {
            throw new SettingsException(
                $"relay.recreated-topic = '{settings.Relay.RecreatedTopic.ToString().ToLowerInvariant()}': the embedded broker (kafka.bootstrap-servers = embedded) keeps topics in memory and makes new ones at each start, "
                + "so that only 'replay' loses nothing. Leave it out, or name another broker.");
        }

        settings.Relay.RecreatedTopic = RecreatedTopic.Replay;
    }
}
