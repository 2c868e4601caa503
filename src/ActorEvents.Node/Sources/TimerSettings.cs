using ActorEvents.Kafka.Clients;
using ActorEvents.Sources;
using ActorEvents.Sources.Timers;

namespace ActorEvents.Node.Sources;

/// <summary>Kind <c>timer</c>; see <see cref="TimerSource"/>.</summary>
public sealed class TimerSettings : SourceSettings
{
    /// <summary>Time between two ticks, 10 ms to 31 days; must be given.</summary>
    public TimeSpan Interval { get; set; }

    /// <summary>CloudEvents type of the ticks; must be given.</summary>
    public string Type { get; set; } = "";

    /// <summary>CloudEvents source of the ticks; empty: <c>/timers/NAME</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>Key of the ticks; empty: the name.</summary>
    public string Key { get; set; } = "";

    internal override Func<KafkaTopics, IEventSource> Prepare(string name, SourceDefaults node)
    {
        var source = new TimerSource(name, Interval, Type, Given(Source), Given(Key));
        return _ => source;
    }
}
