using ActorEvents.Journal;
using ActorEvents.Shop;
using ActorEvents.Shop.Feed;
using ActorEvents.Sources;
using ActorEvents.Tests.Relay;
using ActorEvents.Tests.Sources;
using ActorEvents.Tests.Sources.Files;
using Akka.Actor;
using Akka.Streams;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Shop;

public sealed class ShopFeedTests() : TestKit("akka.loglevel = OFF")
{
    private const string Header = "InvoiceNo,StockCode,Quantity,UnitPrice\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly FakeBroker _broker = new();
    private readonly MemoryPositions _positions = new();

    [Fact]
    public async Task The_file_is_fed_once_to_each_incarnation_of_the_topic_and_known_to_be_complete()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        await using var feed = new ShopFeed(file.Path, 0, _broker.Connect());
        Start(feed);
        AwaitAssert(() => Assert.NotNull(_positions[feed.PositionName(_broker.Id(Topics.OrderLines)) + "/complete"]), Soon);
        Assert.Equal(["1", "2"], _broker.Records(Topics.OrderLines).Select(r => r.Event.Key));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_since_is_said_with_its_path_and_what_to_do()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        await using (var first = new ShopFeed(file.Path, 0, _broker.Connect()))
        {
            Start(first);
            AwaitAssert(() => Assert.Equal(2, _broker.Records(Topics.OrderLines).Count), Soon);
        }

        // Its position, as if the beginning had stayed the same.
        file.Write(Header + "1,A,1,2.5\n");
        await using var second = new ShopFeed(file.Path, 0, _broker.Connect());
        var id = _broker.Id(Topics.OrderLines);
        var old = _positions.Streams.Select(s => _positions[s]!.Value).Single(p => !p.Stream.EndsWith("/complete", StringComparison.Ordinal));
        await _positions.RaiseAsync([old with { Stream = second.PositionName(id) }], CancellationToken.None);
        Start(second);

        var said = ExpectMsg<Exception>(Soon).Message;
        Assert.Contains(file.Path, said, StringComparison.Ordinal);
        Assert.Contains("it was truncated or replaced", said, StringComparison.Ordinal);
        Assert.DoesNotContain("One or more errors", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_fails_is_said_with_its_reason()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n");
        _broker.Fault = _ => 0;
        await using var feed = new ShopFeed(file.Path, 0, _broker.Connect());
        Start(feed);
        var said = ExpectMsg<Exception>(Soon).Message;
        Assert.Contains("nothing is known of 1 record(s)", said, StringComparison.Ordinal);
        Assert.Contains(Topics.OrderLines, said, StringComparison.Ordinal);
    }

    private void Start(ShopFeed feed)
    {
        var context = new SourceContext(
            feed.Name, [], _positions, new MemoryDeadLetters(), new FlowOptions(), TimeProvider.System, NullLoggerFactory.Instance, Sys.Materializer());
        Sys.ActorOf(Props.Create(() => new Parent(TestActor, feed.Props(context))));
    }

    /// <summary>Tells the test why its child failed.</summary>
    private sealed class Parent : UntypedActor
    {
        private readonly IActorRef _test;

        public Parent(IActorRef test, Props child)
        {
            _test = test;
            Context.ActorOf(child);
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
        {
            _test.Tell(e);
            return Directive.Stop;
        });

        protected override void OnReceive(object message)
        {
        }
    }
}
