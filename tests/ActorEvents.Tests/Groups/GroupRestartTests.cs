using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Handlers;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Groups;

public sealed class GroupRestartTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly StreamId Stream = new("list/0", "list/0");

    /// <summary>One for all: what it has missed is read again.</summary>
    [Fact]
    public void A_subscription_that_has_missed_something_ends_all_sessions_and_they_begin_again_at_what_is_committed()
    {
        var positions = new MemoryPositions();
        var (region, emitted) = (CreateTestProbe(), CreateTestProbe());
        Sys.EventStream.Subscribe(emitted, typeof(Emitted));
        var settings = new GroupSettings(
            [(Emitter.Handler(_ => Decision.Nothing), region.Ref)], [new TwoEvents()], positions, new MemoryDeadLetters(),
            new FlowOptions { CommitInterval = TimeSpan.FromMilliseconds(1) }, new DeliveryOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
        var session = emitted.ExpectMsg<Emitted>(Patience).Session;
        Assert.Equal([0, 1], Numbers(region.ExpectMsg<Deliver>(Patience).Events));
        region.Reply(new Done(new EntityKey("k"), Stream.Name, 0));
        AwaitAssert(() => Assert.Equal(1, positions[Stream.Name]?.Next), Patience);

        Sys.EventStream.Publish(new Emitted(session, 7, []));

        var again = emitted.FishForMessage<Emitted>(e => !ReferenceEquals(e.Session, session), Patience);
        Assert.Equal(1, again.Session.Start);
        Assert.Equal([1], Numbers(again.Events));
    }

    private static IEnumerable<int> Numbers(EventEnvelope[] events) => events.Select(e => (int)e.Position.Number);

    private sealed class TwoEvents : IEventSource
    {
        public string Name => "list";

        public SourcePlacement Placement => SourcePlacement.EveryNode;

        public string Describe => "two events";

        public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context));

        private sealed class Reader(SourceContext context) : SourceActor(context)
        {
            protected override void PreStart()
            {
                var start = Source.Positions.ReadAsync(Stream.Name, CancellationToken.None).Result ?? new CommittedPosition(Stream.Name, 0);
                IReadOnlyList<SourceRecord> records = [.. Enumerable.Range(0, 2).Skip((int)start.Next).Select(Record)];
                OpenLane(Stream, start, Akka.Streams.Dsl.Source.Single(records)
                    .Concat(Akka.Streams.Dsl.Source.Maybe<IReadOnlyList<SourceRecord>>().MapMaterializedValue(_ => Akka.NotUsed.Instance)));
            }

            private static SourceRecord Record(int number) => new(
                number, new EventEnvelope { Id = $"{number}", Source = "/list", Type = "number", Key = "k", Position = new EventPosition(Stream, number) }, null);
        }
    }
}
