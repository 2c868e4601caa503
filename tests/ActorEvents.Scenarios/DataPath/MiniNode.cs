using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Tail;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Lanes, subscriptions, regions and journal of one node, without host and relay.</summary>
internal sealed class MiniNode : IAsyncDisposable
{
    private readonly Hosting.DataPath _path;
    private readonly JournalTail _tail;

    private MiniNode(ActorSystem system, JournalDatabase journal, JournalTail tail, Hosting.DataPath path, IActorRef group)
    {
        (System, Journal, Group) = (system, journal, group);
        (_tail, _path) = (tail, path);
    }

    public ActorSystem System { get; }

    public JournalDatabase Journal { get; }

    public IActorRef Group { get; }

    public BlockedKeys Blocked => _path.Blocked;

    public static async Task<MiniNode> StartAsync(string folder, Action<ActorEventsBuilder> configure, ILoggerFactory? logging = null)
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions());
        builder.Options.Delivery.ResendAfter = TimeSpan.FromMilliseconds(500);
        builder.Options.Flow.CommitInterval = TimeSpan.FromMilliseconds(20);
        configure(builder);
        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var system = await BareSystem.StartAsync(builder, journal);
        var tail = new JournalTail(journal.Reader, builder.Options.Relay.PollInterval, TimeProvider.System, NullLogger.Instance);
        var path = await Hosting.DataPath.StartAsync(system, builder, journal, tail, BareSystem.NoServices, TimeProvider.System, logging ?? NullLoggerFactory.Instance);
        return new MiniNode(system, journal, tail, path, path.StartGroup([.. builder.Sources.Select(s => s(null!))]));
    }

    /// <summary>All rows of the journal, in commit order.</summary>
    public async Task<List<JournalRow>> RowsAsync()
    {
        var rows = new List<JournalRow>();
        while (true)
        {
            var page = await Journal.Reader.ReadAsync(rows.Count == 0 ? 0 : rows[^1].Ordering, 500, CancellationToken.None);
            if (page.Count == 0)
            {
                return rows;
            }

            rows.AddRange(page);
        }
    }

    public async Task WaitForAsync(string stream, long committed, int seconds = 60)
    {
        var until = Environment.TickCount64 + (seconds * 1000L);
        CommittedPosition? last = null;
        while (Environment.TickCount64 < until)
        {
            last = await Journal.Positions.ReadAsync(stream, CancellationToken.None);
            if (last?.Next >= committed)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        throw new TimeoutException($"{stream} is committed up to {last?.Next}, not {committed}, after {seconds} s");
    }

    /// <summary>Lets a part stand still, or go on.</summary>
    public async Task PauseAsync(PartKind kind, string name, bool paused) =>
        Assert.Null((await Group.Ask<PartPaused>(new PausePart(kind, name, paused), TimeSpan.FromSeconds(20))).Problem);

    /// <summary>One entity, on whichever node it is.</summary>
    public async Task<EntityStatus> EntityAsync(string handler, string key)
    {
        EntityStatus? status = null;
        await Poll.UntilAsync(async () => (status = await _path.EntityAsync(handler, new EntityKey(key), CancellationToken.None)) is not null);
        return status!;
    }

    public Task<GroupStatus> StatusAsync() => Group.Ask<GroupStatus>(GetGroupStatus.Instance, TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        await _tail.DisposeAsync();
        await Journal.DisposeAsync();
    }
}
