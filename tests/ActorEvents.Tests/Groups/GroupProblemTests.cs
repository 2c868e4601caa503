using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;

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
            Status([lane with { SpanReached = true }], Subscription("cart") with { Oldest = oldest }, Subscription("coupon")).Problems);
        Assert.Empty(Status([lane], Subscription("cart")).Problems);
    }

    private static GroupStatus Status(IReadOnlyList<LaneStatus> lanes, params SubscriptionStatus[] subscriptions) =>
        new(true, false, [new SourceStatus("s", false, false, lanes, [])], subscriptions, []);

    private static SubscriptionStatus Subscription(string handler) => new(handler, false, 1, 0, 0, 0, 0, []);
}
