using ActorEvents.Groups;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Groups;

public sealed class SingletonSlotTests() : TestKit("akka.loglevel = OFF")
{
    [Fact]
    public void A_hand_over_ends_when_the_group_says_that_the_source_is_drained()
    {
        var slot = Watch(Sys.ActorOf(SingletonSlot.Props("feed", TestActor, TimeSpan.FromSeconds(60))));
        Assert.Equal("feed", ExpectMsg<AttachSource>().Name);
        slot.Tell(SingletonSlot.Release.Instance);
        Assert.Equal(new DetachSource("feed", TimeSpan.FromSeconds(60)), ExpectMsg<DetachSource>());

        // It still answers, so it is there; one that had ended would be gone before its next message.
        slot.Tell(new Identify(null), TestActor);
        Assert.Equal(slot, ExpectMsg<ActorIdentity>().Subject);
        slot.Tell(new SourceDetached("feed"));
        ExpectTerminated(slot);
    }

    [Fact]
    public void Without_a_group_there_is_nothing_to_hand_over()
    {
        var group = CreateTestProbe();
        var slot = Watch(Sys.ActorOf(SingletonSlot.Props("feed", group, TimeSpan.FromSeconds(60))));
        group.ExpectMsg<AttachSource>();
        Sys.Stop(group);
        ExpectTerminated(slot);
    }
}
