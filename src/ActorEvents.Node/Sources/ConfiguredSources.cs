using ActorEvents.Kafka.Clients;
using ActorEvents.Node.Settings;
using ActorEvents.Sources;

namespace ActorEvents.Node.Sources;

/// <summary>The sources of section <c>sources</c>.</summary>
internal static class ConfiguredSources
{
    /// <summary>Checks all, before anything is started; what comes back makes them.</summary>
    /// <param name="settings">Section <c>sources</c>.</param>
    /// <param name="taken">Sources that the node has anyway, and the topics that they read.</param>
    /// <exception cref="SettingsException">Names source, setting, value and what is allowed.</exception>
    public static IReadOnlyList<Func<KafkaTopics, IEventSource>> Prepare(NamedSections<SourceSettings> settings, SourceDefaults node, params IReadOnlyList<(string Name, IReadOnlyList<string> Topics)> taken)
    {
        var sources = new List<Func<KafkaTopics, IEventSource>>();
        var readers = taken.SelectMany(t => t.Topics, (t, topic) => (topic, t.Name)).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, source) in settings.All)
        {
            if (taken.Any(t => t.Name == name))
            {
                throw new SettingsException($"sources.{name}: the node has a source of this name; take another one.");
            }

            try
            {
                sources.Add(source.Prepare(name, node));
                foreach (var topic in source.ReadTopics)
                {
                    if (!readers.TryAdd(topic, name))
                    {
                        throw new ArgumentException(SourceConflicts.Twice(readers[topic], name, $"topic '{topic}'"));
                    }
                }
            }
            catch (ArgumentException e)
            {
                throw new SettingsException($"sources.{name}: {e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)}");
            }
        }

        return sources;
    }
}
