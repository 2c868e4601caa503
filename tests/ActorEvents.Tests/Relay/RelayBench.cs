using ActorEvents.Journal.Tail;
using ActorEvents.Relay;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Relay;

/// <summary>Journal, stores and broker for one test, and the feeder between them.</summary>
internal sealed class RelayBench
{
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));

    public FakeJournal Journal { get; } = new();

    public FakeRelayStore Store { get; } = new();

    public FakeDeadLetters DeadLetters { get; } = new();

    public FakeBroker Broker { get; } = new();

    public LogLines Log { get; } = new();

    public RelayOptions Options { get; } = new() { PageRows = 4, StoreInterval = TimeSpan.Zero, RecreatedTopic = RecreatedTopic.Replay };

    public JournalTail Tail => field ??= new JournalTail(Journal, Options.PollInterval, Time, Log);

    public RelaySettings Settings => new("j1", Tail, Store, DeadLetters, Broker.Connect, Options, Time, Log);

    public RelayFeeder NewFeeder() => new(Settings, () => { });

    /// <summary>One pass of a relay that starts and ends with it.</summary>
    public async Task<RelayView> RunAsync()
    {
        var feeder = NewFeeder();
        await feeder.PassAsync(CancellationToken.None);
        await feeder.CloseAsync();
        return feeder.View!;
    }
}

/// <summary>Log lines in memory.</summary>
internal sealed class LogLines : ILogger
{
    private readonly List<(LogLevel Level, int Id, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, int Id, string Text)> All
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }
}
