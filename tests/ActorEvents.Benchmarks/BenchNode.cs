using ActorEvents.Benchmarks.Events;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Scenarios.DataPath;
using ActorEvents.Sources;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks;

/// <summary>One node's data path, without host: its journal, its regions, a relay if there is a destination, and a group per run.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly JournalTail _tail;
    private readonly Hosting.DataPath _path;
    private int _runs;

    private BenchNode(ActorSystem system, JournalDatabase journal, JournalTail tail, Hosting.DataPath path)
    {
        (System, Journal) = (system, journal);
        (_tail, _path) = (tail, path);
    }

    public ActorSystem System { get; }

    public JournalDatabase Journal { get; }

    public static async Task<BenchNode> StartAsync(JournalOptions options, Action<ActorEventsBuilder> configure)
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions());
        configure(builder);
        var journal = await JournalDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        var system = await BareSystem.StartAsync(builder, journal);
        var tail = new JournalTail(journal.Reader, builder.Options.Relay.PollInterval, TimeProvider.System, NullLogger.Instance);
        return new BenchNode(system, journal, tail, await Hosting.DataPath.StartAsync(system, builder, journal, tail, BareSystem.NoServices, TimeProvider.System, NullLoggerFactory.Instance));
    }

    /// <summary>Sends events through, timed from the start of the group until all are settled and committed.</summary>
    public async Task<Round> TimeAsync(EventSeries events)
    {
        var done = new TaskCompletionSource();
        IActorRef group = ActorRefs.Nobody;
        var round = await Alternating.TimeAsync(events.Count, () =>
        {
            group = Attach(new SeriesSource(events, done));
            return done.Task;
        });
        await StopAsync(group);
        return round;
    }

    /// <summary>Starts a group with one source.</summary>
    public IActorRef Attach(IEventSource source) => _path.StartGroup([source], $"events-{_runs++}");

    /// <summary>Ends a group with what it has under way.</summary>
    public static Task StopAsync(IActorRef group) => group.GracefulStop(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        _path.Dispose();
        await System.Terminate();
        await _tail.DisposeAsync();
        await Journal.DisposeAsync();
    }
}
