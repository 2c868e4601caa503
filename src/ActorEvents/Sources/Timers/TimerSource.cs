using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using Akka.Actor;

namespace ActorEvents.Sources.Timers;

/// <summary>Settings of a <see cref="TimerSource"/>.</summary>
public sealed class TimerSourceOptions
{
    /// <summary>Name of the source and of the timer; see <see cref="IEventSource.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Time between two ticks, 10 ms to 31 days. They are due at the whole multiples of it since 1970 (UTC).</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>CloudEvents <c>type</c> of the ticks.</summary>
    public required string EventType { get; init; }

    /// <summary>CloudEvents <c>source</c> of the ticks; null: <c>/timers/NAME</c>.</summary>
    public string? EventSource { get; init; }

    /// <summary>Key of the ticks; null: the name.</summary>
    public string? Key { get; init; }
}

/// <summary>
/// A tick every so often: one stream, position = due time in milliseconds since 1970. Of ticks that were missed (the node was down, nobody had credit) only the
/// last is emitted. While the clock stands behind the last tick, there is none. The data is <c>{"due":"…"}</c>. On one node of the cluster at a time.
/// </summary>
public sealed class TimerSource : IEventSource
{
    private readonly TimerSourceOptions _options;
    private readonly RecordMapping _mapping;

    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public TimerSource(TimerSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SourceNames.Check(options.Name);
        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromDays(31) || options.Interval.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            throw new ArgumentException($"interval = '{options.Interval}' of timer '{options.Name}' must be whole milliseconds from 10 ms to 31 days.");
        }

        _options = options;
        _mapping = new RecordMapping(options.EventType, options.EventSource ?? "/timers/" + options.Name);
        Stream = StreamId.ForPartition(options.Name, options.Name, options.Name, 0);
    }

    public string Name => _options.Name;

    public SourcePlacement Placement => SourcePlacement.Singleton;

    public string Describe => $"timer every {_options.Interval}";

    /// <inheritdoc/>
    public string MessagingSystem => "timer";

    /// <summary>The one stream.</summary>
    public StreamId Stream { get; }

    public Props Props(SourceContext context) =>
        Akka.Actor.Props.Create(() => new TimerSourceActor(context, Stream, new Ticks(_options.Interval), _mapping, _options.Key ?? _options.Name));
}
