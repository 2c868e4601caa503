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

    /// <summary>One for all: what it has missed is read again.</summary>
    [Fact]
    public void A_subscription_that_has_missed_something_ends_all_sessions_and_they_begin_again_at_what_is_committed()
    {
        var positions = new MemoryPositions();
        var (region, emitted) = (CreateTestProbe(), CreateTestProbe());
        Sys.EventStream.Subscribe(emitted, typeof(Emitted));
        var settings = new GroupSettings(
            [(Emitter.Handler(_ => Decision.Nothing), region.Ref)], [new TypedList("number", "number")], positions, new MemoryDeadLetters(),
            new FlowOptions { CommitInterval = TimeSpan.FromMilliseconds(1) }, new DeliveryOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
        var session = emitted.ExpectMsg<Emitted>(Patience).Session;
        Assert.Equal([0, 1], Numbers(region.ExpectMsg<Deliver>(Patience).Events));
        region.Reply(new Done(new EntityKey("k"), TypedList.Stream.Name, 0));
        AwaitAssert(() => Assert.Equal(1, positions[TypedList.Stream.Name]?.Next), Patience);

        Sys.EventStream.Publish(new Emitted(session, 7, []));

        var again = emitted.FishForMessage<Emitted>(e => !ReferenceEquals(e.Session, session), Patience);
        Assert.Equal(1, again.Session.Start);
        Assert.Equal([1], Numbers(again.Events));
    }

    private static IEnumerable<int> Numbers(EventEnvelope[] events) => events.Select(e => (int)e.Position.Number);
}
