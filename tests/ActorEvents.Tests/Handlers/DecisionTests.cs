using ActorEvents.Handlers;

namespace ActorEvents.Tests.Handlers;

public sealed class DecisionTests
{
    [Fact]
    public void What_is_emitted_keeps_its_order_whether_it_is_added_one_by_one_or_at_once()
    {
        var decision = Decision.Emit(Say(0)).AndEmit("out", "1", 1).AndEmit(Say(2), Say(3)).AndEmit([.. Enumerable.Range(4, 6).Select(Say)]);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), decision.Outgoing.Select(o => o.Type));
        Assert.Empty(decision.StateEvents);
    }

    [Fact]
    public void A_rejection_emits_nothing()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Decision.Reject("sold out").AndEmit(Say(1)));

        Assert.Contains("Decision.Nothing", problem.Message, StringComparison.Ordinal);
    }

    private static OutgoingEvent Say(int number) => new("out", $"{number}", number);
}
