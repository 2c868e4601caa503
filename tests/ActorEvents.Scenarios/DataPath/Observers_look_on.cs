using ActorEvents.Groups;
using ActorEvents.Observers;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

public sealed class Observers_look_on : IDisposable
{
    private const int Events = 5_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-observe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task One_that_never_reads_costs_its_bounds_and_holds_up_nobody()
    {
        var source = new ListSource("list", Events, i => $"k{i % 20}") { Placement = SourcePlacement.Singleton };
        await using var node = await MiniNode.StartAsync(_folder, b => b
            .AddSource(source)
            .AddHandler("totals", new TotalsHandler(), h => h.Handles("number").StateEvent<Counted>("counted")));
        var observers = new EventObservers(node.System);
        await using var stuck = observers.Observe("stuck", new ObserverOptions { MaxEvents = 100 });
        await using var small = observers.Observe("small", new ObserverOptions { MaxBytes = 20_000 });
        await using var tail = observers.Observe("tail", new ObserverOptions { MaxEvents = Events });
        node.Group.Tell(new AttachSource(source.Name));
        var numbers = new List<long>();
        await foreach (var e in tail.ReadAllAsync())
        {
            numbers.Add(e.Position.Number);
            if (numbers.Count == Events)
            {
                break;
            }
        }

        await node.WaitForAsync(source.Stream.Name, Events);

        Assert.Equal(Enumerable.Range(0, Events).Select(i => (long)i), numbers);
        Assert.Equal(0, tail.Dropped);
        Assert.Equal((100, Events - 100L), (stuck.Waiting.Events, stuck.Dropped));
        Assert.InRange(small.Waiting.Bytes, 10_000, 20_000);
        Assert.Equal(Events, small.Waiting.Events + small.Dropped);
    }
}
