using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

public sealed class RelayBacklogTests
{
    private readonly RelayBacklog _backlog = new(1_000);

    [Fact]
    public void Sources_wait_when_the_relay_has_fallen_behind_and_until_it_has_made_up_for_half()
    {
        Assert.False(Holds(place: 0, highest: 0));
        Assert.False(Holds(place: 5_000, highest: 6_000));
        Assert.True(Holds(place: 5_100, highest: 6_101));
        Assert.True(Holds(place: 5_500, highest: 6_101));
        Assert.False(Holds(place: 5_601, highest: 6_101));
        Assert.False(Holds(place: 5_601, highest: 6_601));
        Assert.True(Holds(place: 5_601, highest: 6_602));
    }

    [Fact]
    public void One_that_feeds_a_topic_from_the_beginning_holds_nobody_up_unless_it_loses_ground()
    {
        Assert.False(Holds(place: 0, highest: 100_000));
        Assert.False(Holds(place: 50_000, highest: 120_000));
        Assert.True(Holds(place: 50_500, highest: 122_000));
        Assert.False(Holds(place: 0, highest: 122_000));
    }

    [Fact]
    public void A_topic_that_is_stopped_or_takes_nothing_does_not_count()
    {
        Assert.False(_backlog.Look(Status(9_000, Destination("good", 9_000), Destination("stopped", 0) with { Stopped = "re-created" }, Destination("bad", 0) with { Fault = "no leader" })));
        Assert.False(_backlog.Look(Status(99_000, Destination("stopped", 0) with { Stopped = "re-created" })));
        Assert.False(_backlog.Look(null));
        Assert.Equal(0, _backlog.Behind);
    }

    private static RelayStatus Status(long highest, params RelayDestinationStatus[] destinations) => new(0, highest, destinations, null);

    private static RelayDestinationStatus Destination(string name, long place) => new(name, "id", place, 0, null, null);

    private bool Holds(long place, long highest)
    {
        _backlog.Look(Status(highest, Destination("slow", place / 2), Destination("front", place)));
        return _backlog.Holds;
    }
}
