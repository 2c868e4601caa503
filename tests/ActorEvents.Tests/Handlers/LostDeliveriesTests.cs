using ActorEvents.Events;
using ActorEvents.Handlers;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Handlers;

public sealed class LostDeliveriesTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A region that hands a shard over drops what came meanwhile: it waited 5 s and more for the time-out.</summary>
    [Fact]
    public void What_a_region_drops_is_sent_again_by_its_subscription()
    {
        var lost = Sys.ActorOf(Props.Create(() => new LostDeliveries()));
        lost.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>(Patience);
        var delivery = new Deliver(new EntityKey("k"), new StreamId("list/0", "list/0"), [], Session: 3);

        Sys.DeadLetters.Tell(new Dropped(delivery, "hand off", TestActor, ActorRefs.NoSender));

        Assert.Equal(new Resend(delivery.Key, "list/0", 3), ExpectMsg<Resend>(Patience));
    }
}
