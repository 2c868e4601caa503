using ActorEvents.Kafka.Clients;
using ActorEvents.Node.Settings;
using ActorEvents.Sources;

namespace ActorEvents.Node.Sources;

/// <summary>One section of <c>sources</c>; its kind says which.</summary>
public abstract class SourceSettings
{
    /// <summary>The sections of all kinds.</summary>
    public static NamedSections<SourceSettings> None() => new(new Dictionary<string, Func<SourceSettings>>(StringComparer.Ordinal)
    {
        ["file"] = () => new FileSettings(),
        ["kafka"] = () => new KafkaTopicsSettings(),
        ["timer"] = () => new TimerSettings(),
    });

    /// <summary>Checks the settings, before anything is started; what comes back makes the source.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    internal abstract Func<KafkaTopics, IEventSource> Prepare(string name, SourceDefaults node);

    /// <summary>Topics that it reads.</summary>
    internal virtual IReadOnlyList<string> ReadTopics => [];

    /// <summary>Null for what was left empty.</summary>
    private protected static string? Given(string text) => text.Length == 0 ? null : text;
}
