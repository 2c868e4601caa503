using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using Akka.Actor;

namespace ActorEvents.Sources.Timers;

/// <summary>
/// A tick every so often: one stream, position = due time in milliseconds since 1970. Of ticks that were missed (the node was down, nobody had credit) only the
/// last is emitted. While the clock stands behind the last tick, there is none. The data is <c>{"due":"…"}</c>. On one node of the cluster at a time.
/// </summary>
public sealed class TimerSource : IEventSource
{
    private readonly TimeSpan _interval;
    private readonly string _key;
    private readonly RecordMapping _mapping;

    /// <param name="name">Name of the source and of the timer; see <see cref="IEventSource.Name"/>.</param>
    /// <param name="interval">Time between two ticks, 10 ms to 31 days. They are due at the whole multiples of it since 1970 (UTC).</param>
    /// <param name="eventType">CloudEvents <c>type</c> of the ticks.</param>
    /// <param name="eventSource">CloudEvents <c>source</c> of the ticks; null: <c>/timers/NAME</c>.</param>
    /// <param name="key">Key of the ticks; null: the name.</param>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public TimerSource(string name, TimeSpan interval, string eventType, string? eventSource = null, string? key = null)
    {
        SourceNames.Check(name);
        if (interval < TimeSpan.FromMilliseconds(10) || interval > TimeSpan.FromDays(31) || interval.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            throw new ArgumentException($"interval = '{interval}' of timer '{name}' must be whole milliseconds from 10 ms to 31 days.");
        }

        (Name, _interval, _key) = (name, interval, key ?? name);
        _mapping = new RecordMapping(eventType, eventSource ?? "/timers/" + name);
        Stream = StreamId.ForPartition(name, name, name, 0) with { Label = name };
    }

    public string Name { get; }

    public SourcePlacement Placement => SourcePlacement.Singleton;

    /// <inheritdoc/>
    public string Takes => $"every {_interval}, key '{_key}', {_mapping}";

    public string Describe => $"timer every {_interval}";

    /// <inheritdoc/>
    public string MessagingSystem => "timer";

    /// <summary>The one stream.</summary>
    public StreamId Stream { get; }

    public Props Props(SourceContext context) =>
        Akka.Actor.Props.Create(() => new TimerSourceActor(context, Stream, new Ticks(_interval), _mapping, _key));
}
