using System.Collections.Concurrent;
using ActorEvents.Groups;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Feed;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Sources;
using ActorEvents.Tests.Sources.Files;
using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Shop;

public sealed class ShopFeedTests() : TestKit("akka.loglevel = OFF")
{
    private const string Header = "InvoiceNo,StockCode,Quantity,UnitPrice\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly FakeProducer _producer = new();
    private readonly MemoryPositions _positions = new();

    [Fact]
    public void The_file_is_fed_once_to_each_incarnation_of_the_topic_and_known_to_be_complete()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        var feed = new ShopFeed(file.Path, 0, _producer);
        Start(feed);
        AwaitAssert(() => Assert.NotNull(_positions[feed.PositionName(FakeProducer.TopicId) + "/complete"]), Soon);
        Assert.Equal(["1", "2"], _producer.Keys);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_since_is_said_with_its_path_and_what_to_do()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        Start(new ShopFeed(file.Path, 0, _producer));
        AwaitAssert(() => Assert.Equal(2, _producer.Keys.Count), Soon);
        AwaitAssert(() => Assert.Contains(_positions.Streams, s => s.EndsWith("/complete", StringComparison.Ordinal)), Soon);

        // Its position, as if the beginning had stayed the same.
        file.Write(Header + "1,A,1,2.5\n");
        var second = new ShopFeed(file.Path, 0, _producer);
        var old = _positions.Streams.Select(s => _positions[s]!.Value).Single(p => !p.Stream.EndsWith("/complete", StringComparison.Ordinal));
        await _positions.RaiseAsync([old with { Stream = second.PositionName(FakeProducer.TopicId) }], CancellationToken.None);
        Start(second);

        var said = ExpectMsg<Exception>(Soon).Message;
        Assert.Contains(file.Path, said, StringComparison.Ordinal);
        Assert.Contains("it was truncated or replaced", said, StringComparison.Ordinal);
        Assert.DoesNotContain("One or more errors", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broker_that_fails_is_said_with_its_reason()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n");
        _producer.Fault = "the broker is away";
        var feed = new ShopFeed(file.Path, 0, _producer);
        Start(feed);
        var said = ExpectMsg<Exception>(Soon).Message;
        Assert.Contains("the broker is away", said, StringComparison.Ordinal);
        Assert.Contains(Topics.OrderLines, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_lasts_until_what_is_under_way_is_acknowledged_and_its_position_stored()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _producer.Acknowledged = acknowledged.Task;
        var feed = new ShopFeed(file.Path, 0, _producer);
        var source = Sys.ActorOf(feed.Props(Context(feed)));
        AwaitAssert(() => Assert.NotEmpty(_producer.Keys), Soon);

        source.Tell(new DrainSource(Soon), TestActor);
        Assert.True((await source.Ask<SourceStatus>(GetSourceStatus.Instance, Soon)).Draining);
        acknowledged.SetResult();

        ExpectMsg<SourceDrained>(Soon);
        Assert.NotNull(_positions[feed.PositionName(FakeProducer.TopicId)]);
    }

    [Fact]
    public void A_feed_that_is_paused_stands_still_behind_what_is_under_way_and_goes_on_where_it_was()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n3,C,1,2.5\n");
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _producer.Acknowledged = acknowledged.Task;
        var feed = new ShopFeed(file.Path, 0, _producer);
        var group = Group(feed, []);
        AwaitAssert(() => Assert.NotEmpty(_producer.Keys), Soon);

        Pause(group, true);
        acknowledged.SetResult();

        AwaitAssert(() => Assert.NotNull(_positions[feed.PositionName(FakeProducer.TopicId)]), Soon);
        StandsStill(group, "1");
        Pause(group, false);
        AwaitAssert(() => Assert.NotNull(_positions[feed.PositionName(FakeProducer.TopicId) + "/complete"]), Soon);
        Assert.Equal(["1", "2", "3"], _producer.Keys);
    }

    [Fact]
    public void A_feed_that_starts_paused_feeds_nothing_until_it_goes_on()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n");
        var feed = new ShopFeed(file.Path, 0, _producer);
        var group = Group(feed, [(PartKind.Source, feed.Name)]);
        AwaitAssert(() => Assert.NotEqual(0, _producer.Graphs), Soon);
        StandsStill(group);
        Pause(group, false);
        AwaitAssert(() => Assert.Equal(["1"], _producer.Keys), Soon);
    }

    [Fact]
    public void A_feed_that_is_paused_in_the_middle_of_its_file_drains()
    {
        using var file = new TempFile(Header + "1,A,1,2.5\n2,B,1,2.5\n");
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _producer.Acknowledged = acknowledged.Task;
        var group = Group(new ShopFeed(file.Path, 0, _producer), []);
        AwaitAssert(() => Assert.NotEmpty(_producer.Keys), Soon);
        Pause(group, true);
        StandsStill(group, "1");
        acknowledged.SetResult();

        group.Tell(new DrainGroup(Soon), TestActor);
        Assert.Empty(ExpectMsg<GroupDrained>(Soon).Unanswered);
        Assert.Equal(["1"], _producer.Keys);
    }

    /// <summary>The group of a node to which the feed has been given.</summary>
    private IActorRef Group(ShopFeed feed, IReadOnlyCollection<(PartKind Kind, string Name)> paused)
    {
        var settings = new GroupSettings(
            [], [feed], _positions, new MemoryDeadLetters(), new FlowOptions(), new DeliveryOptions(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Paused = paused,
        };
        var group = Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
        group.Tell(new AttachSource(feed.Name));
        return group;
    }

    private void Pause(IActorRef group, bool paused)
    {
        group.Tell(new PausePart(PartKind.Source, ShopFeed.SourceName, paused), TestActor);
        Assert.Null(ExpectMsg<PartPaused>(Soon).Problem);
        Assert.Equal(paused, Status(group).Paused);
    }

    private void StandsStill(IActorRef group, params string[] keys)
    {
        for (var look = 0; look < 20; look++)
        {
            Assert.True(Status(group).Paused);
            Assert.Equal(keys, _producer.Keys);
        }
    }

    private SourceStatus Status(IActorRef group)
    {
        group.Tell(GetGroupStatus.Instance, TestActor);
        return ExpectMsg<GroupStatus>(Soon).Sources.Single();
    }

    private void Start(ShopFeed feed)
    {
        var props = feed.Props(Context(feed));
        Sys.ActorOf(Props.Create(() => new Parent(TestActor, props)));
    }

    private SourceContext Context(ShopFeed feed) => new(
        feed.Name, [], _positions, new MemoryDeadLetters(), new FlowOptions(), TimeProvider.System, NullLoggerFactory.Instance, Sys.Materializer());

    /// <summary>Acknowledges every line, or fails.</summary>
    private sealed class FakeProducer : IFeedProducer
    {
        public const string TopicId = "topic-1";
        private int _graphs;

        public ConcurrentQueue<string> Keys { get; } = new();

        /// <summary>Graphs that were made.</summary>
        public int Graphs => Volatile.Read(ref _graphs);

        public string? Fault { get; set; }

        public Task Acknowledged { get; set; } = Task.CompletedTask;

        public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => Task.FromResult(TopicId);

        public Flow<FeedLine, FeedLine, NotUsed> To(string topic)
        {
            Interlocked.Increment(ref _graphs);
            return Flow.Create<FeedLine>().Select(l =>
            {
                Keys.Enqueue(Fault is null ? l.Line.Key! : throw new InvalidOperationException(Fault));
                return l;
            }).SelectAsync(1, async l =>
            {
                await Acknowledged;
                return l;
            });
        }
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
