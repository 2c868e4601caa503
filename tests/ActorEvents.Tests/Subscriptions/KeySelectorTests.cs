using System.Text;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>A key selector that fails: its stream waits; what can never have a key is set aside.</summary>
public sealed class KeySelectorTests : SubscriptionKit
{
    [Fact]
    public void One_that_throws_holds_its_stream_and_no_other_and_all_goes_on_in_order_once_it_succeeds()
    {
        var (broken, calls) = (true, 0);
        Start(e =>
        {
            calls += e.Id == "1" ? 1 : 0;
            return e.Id == "1" && broken ? throw new InvalidOperationException("on purpose") : e.Key;
        });
        var (lane, other) = (Open(), Open(OtherStream));

        lane.Emits(Event(0, "a"), Event(1, "b"), Event(2, "a"));
        lane.Emits(Event(3, "c"), Event(4, type: "letter"));
        other.Emits(Event(1_000, "b", stream: OtherStream));

        Delivered("a", 0);
        Delivered(OtherStream, "b", 1_000);
        Done("a", 0);
        lane.Settled(0);
        Nothing(Region);

        // It is asked again after 1 s, then 2 s later.
        foreach (var (seconds, asked) in ((int, int)[])[(1, 2), (1, 2), (1, 3)])
        {
            Advance(seconds);
            Nothing(Region);
            Assert.Equal(asked, calls);
        }

        Nothing(lane.Probe);
        Done("b", 1_000, OtherStream);
        other.Settled(1_000);
        broken = false;
        Advance(60);
        Delivered("b", 1);
        Delivered("a", 2);
        Delivered("c", 3);
        lane.Settled(4);
        lane.Emits(Event(5, "d"));
        Delivered("d", 5);
    }

    [Fact]
    public void Bytes_that_can_never_be_read_are_a_dead_letter_settled_once_it_is_stored_and_hold_nobody()
    {
        Start(e => e.Payload<Dictionary<string, string>>()["key"]);
        var lane = Open();

        lane.Emits(Event(0, "recorded", data: "{"), Event(1, data: "{\"key\":\"read\"}"));

        Delivered("read", 1);
        var asked = ToStore();
        var letter = Assert.Single(asked.Letters);
        Assert.Equal((0, "counter", "recorded", "{"), (letter.Position.Number, letter.Handler, Encoding.UTF8.GetString(letter.Key!.Value.Span), Encoding.UTF8.GetString(letter.Value!.Value.Span)));
        Assert.Contains("cannot be read as", letter.Reason, StringComparison.Ordinal);
        Nothing(lane.Probe);

        Subscription.Tell(new DeadLettersStored(asked.Session, [0]), DeadLetters);
        lane.Settled(0);
    }

    [Fact]
    public void An_event_without_a_key_is_a_dead_letter_and_of_a_closed_session_nothing_is_settled()
    {
        Start();
        var lane = Open();
        lane.Emits(Event(0, key: null));
        var asked = ToStore();
        Assert.Contains("the record has no key", Assert.Single(asked.Letters).Reason, StringComparison.Ordinal);

        lane.Closes();
        Subscription.Tell(new DeadLettersStored(asked.Session, [0]), DeadLetters);

        Nothing(lane.Probe);
        Nothing(Region);
    }
}
