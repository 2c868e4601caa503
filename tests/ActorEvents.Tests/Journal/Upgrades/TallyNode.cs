using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Tests.Kafka;
using ActorEvents.Tests.Relay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorEvents.Tests.Journal.Upgrades;

/// <summary>
/// The node that wrote the samples: one handler, one list, a broker in memory. What it handles follows from the positions alone, so that each later version can tell
/// what must have become of them.
/// </summary>
internal sealed class TallyNode(JournalDatabase journal, int count) : IAsyncDisposable
{
    private readonly TallyHandler _handler = new();
    private IHost? _host;

    public FakeBroker Broker { get; } = new();

    public TallySource Source { get; } = new(count);

    /// <summary>State of each key when its first event came to this node.</summary>
    public IReadOnlyDictionary<string, Tally> Recovered => _handler.Recovered;

    /// <summary>State of each key now.</summary>
    public IReadOnlyDictionary<string, Tally> Now => _handler.Now;

    public async Task StartAsync()
    {
        // Both topics as they were when the samples were made.
        Assert.Equal(("id-0", "id-1"), (Broker.Id("tallies"), Broker.Id("audit")));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActorEvents(journal, events => events
            .AddHandler("tally", _handler, h => h.Handles("tally.add").StateEvent<Added>("tally.added.1").SnapshotEvery(2))
            .AddSource(Source)
            .PublishTo(_ => Broker.Connect()));
        _host = builder.Build();
        await _host.StartAsync();
        await _host.Services.GetRequiredService<ActorEventsNode>().Running;
    }

    /// <summary>Once all of the list is committed and published.</summary>
    public async Task StopAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Poll.UntilAsync(async () => (await journal.Positions.ReadAsync(TallySource.Stream.Name, deadline.Token))?.Next == count, "all of the list is committed");
        await _host!.StopAsync(deadline.Token);
        Assert.True(_host.Services.GetRequiredService<ActorEventsNode>().Flushed is { Complete: true });
    }

    public async ValueTask DisposeAsync()
    {
        switch (_host)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync();
                break;
            default:
                _host?.Dispose();
                break;
        }
    }

    /// <summary>Adds up; rejects what is below zero, says each sum to one topic and what can be divided by ten to another.</summary>
    private sealed class TallyHandler : IEventHandler<Tally>
    {
        public ConcurrentDictionary<string, Tally> Recovered { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, Tally> Now { get; } = new(StringComparer.Ordinal);

        public Tally Initial => new(0, 0);

        public Decision Handle(Tally state, EventEnvelope e)
        {
            Recovered.TryAdd(e.Key!, state);
            var amount = int.Parse(Encoding.UTF8.GetString(e.Data.Span), CultureInfo.InvariantCulture);
            if (amount < 0)
            {
                return Decision.Reject($"{amount} is below zero");
            }

            var next = Now[e.Key!] = Apply(state, new Added(amount));
            var decision = Decision.Persist(new Added(amount)).AndEmit("tallies", "tally.changed", next);
            return amount % 10 == 0 ? decision.AndEmit("audit", "tally.ten", new { amount }) : decision;
        }

        public Tally Apply(Tally state, object change) => change is Added added ? new(state.Count + 1, state.Sum + added.Amount) : state;
    }
}

internal sealed record Tally(int Count, long Sum);

internal sealed record Added(int Amount);
