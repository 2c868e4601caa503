using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Groups;

/// <summary>What stands still and should not is a reason not to be ready.</summary>
public sealed class GroupProblemTests
{
    [Fact]
    public void A_key_selector_that_fails_is_named_with_its_stream_and_position() => Assert.Equal(
        ["handler cart on s/id/0: its key selector has failed 3 time(s) in a row at 17, so it reads nothing behind it (5 event(s) wait): on purpose"],
        Status([], Subscription("cart") with { Stalled = [new StalledStream("s/id/0", 17, 5, 3, "on purpose")] }).Problems);

    [Fact]
    public void A_lane_whose_span_is_used_up_is_named_with_handler_key_and_position()
    {
        var lane = new LaneStatus("s/id/0", 0, 40, 1, 100, 65_536, 3, false, false, [], ["cart"]);
        OldestUnsettled[] oldest = [new("s/id/1", 1, new EntityKey("other")), new("s/id/0", 41, new EntityKey("bad"))];

        Assert.Equal(
            ["stream s/id/0: stands still, because flow.span = 65536 positions are tracked from 40 on; it waits for handler cart with key 'bad' at 41 (see blocked_keys)"],
            (Status([lane], Subscription("cart") with { Oldest = oldest }, Subscription("coupon")) with { Standing = new HashSet<string> { lane.Stream } }).Problems);
        Assert.Empty(Status([lane with { SpanReached = true }], Subscription("cart")).Problems);
    }

    /// <summary>A key that is only slow lets it go on again and again.</summary>
    [Fact]
    public void A_lane_stands_once_its_span_is_used_up_and_nothing_was_committed_for_some_seconds()
    {
        var time = new FakeTimeProvider();
        var standing = new StandingLanes(time);
        var lane = new LaneStatus("s/id/0", 0, 40, 1, 100, 65_536, 3, false, false, [], ["cart"]) { SpanReached = true };
        for (var second = 0; second < 20; second++)
        {
            Assert.Empty(standing.Look([lane with { Committed = 40 + (second / 3) }]));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var stood = standing.Look([lane]);
        time.Advance(StandingLanes.Patience);
        Assert.Empty(stood);
        Assert.Equal(["s/id/0"], standing.Look([lane]));
        Assert.Empty(standing.Look([lane with { SpanReached = false }]));
        Assert.Empty(standing.Look([lane]));
    }

    private static GroupStatus Status(IReadOnlyList<LaneStatus> lanes, params SubscriptionStatus[] subscriptions) =>
        new(true, false, [new SourceStatus("s", false, false, lanes, [])], subscriptions, []);

    private static SubscriptionStatus Subscription(string handler) => new(handler, false, 1, 0, 0, 0, 0, []);
}
