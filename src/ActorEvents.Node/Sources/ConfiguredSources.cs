using ActorEvents.Kafka.Clients;
using ActorEvents.Node.Settings;
using ActorEvents.Sources;

namespace ActorEvents.Node.Sources;

/// <summary>The sources of section <c>sources</c>.</summary>
internal static class ConfiguredSources
{
    /// <summary>Checks all, before anything is started; what comes back makes them.</summary>
    /// <param name="settings">Section <c>sources</c>.</param>
    /// <param name="taken">Names of sources that the node has anyway.</param>
    /// <exception cref="SettingsException">Names source, setting, value and what is allowed.</exception>
    public static IReadOnlyList<Func<KafkaTopics, IEventSource>> Prepare(NamedSections<SourceSettings> settings, SourceDefaults node, params string[] taken)
    {
        var sources = new List<Func<KafkaTopics, IEventSource>>();
        foreach (var (name, source) in settings.All)
        {
            if (taken.Contains(name, StringComparer.Ordinal))
            {
                throw new SettingsException($"sources.{name}: the node has a source of this name; take another one.");
            }

            try
            {
                sources.Add(source.Prepare(name, node));
            }
            catch (ArgumentException e)
            {
                throw new SettingsException($"sources.{name}: {e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)}");
            }
        }

        return sources;
    }
}
