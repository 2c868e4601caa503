using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>Which events a subscription delivers, one list at a time, and what it settles.</summary>
public sealed class HandlerSubscriptionTests : SubscriptionKit
{
    [Fact]
    public void A_session_that_is_answered_is_heard_from_its_first_event_on()
    {
        Start();

        Open().Emits(Event(0), Event(1));

        Delivered("k", 0, 1);
    }

    [Fact]
    public void What_the_handler_does_not_handle_and_what_has_no_key_of_its_is_settled_at_once()
    {
        Start(e => e.Id == "2" ? null : $"chosen-{e.Key}");
        var lane = Open();

        lane.Emits(Event(0, type: "letter"), Event(1), Event(2));

        Delivered("chosen-k", 1);
        lane.Settled(0, 2);
        Nothing(Region);
    }

    [Fact]
    public void One_list_of_a_key_and_stream_is_in_flight_and_the_next_has_all_that_came_meanwhile()
    {
        Start();
        var (lane, other) = (Open(), Open(OtherStream));
        lane.Emits(Event(0));
        Delivered("k", 0);

        lane.Emits(Event(1));
        lane.Emits(Event(2), Event(3, "j"));
        other.Emits(Event(7, stream: OtherStream));
        Delivered("j", 3);
        Delivered(OtherStream, "k", 7);
        Nothing(Region);

        Done("k", 0);
        Delivered("k", 1, 2);
        lane.Settled(0);
        Nothing(other.Probe);
    }

    /// <summary>They waited for the time-out, 5 s and more, though the cluster had said that the entities' node was gone.</summary>
    [Fact]
    public void What_is_unanswered_when_members_of_the_cluster_change_is_sent_again_soon()
    {
        Start(options: new DeliveryOptions { ResendAfter = TimeSpan.FromMinutes(10), ResendMax = TimeSpan.FromMinutes(10) });
        Open().Emits(Event(0));
        Delivered("k", 0);

        Sys.EventStream.Publish(MembersChanged.Instance);
        Nothing(Region);
        Advance(2);

        Delivered("k", 0);
    }

    [Fact]
    public void A_list_ends_at_its_limit_and_the_next_starts_at_the_oldest_that_is_not_done()
    {
        Start(options: new DeliveryOptions { MaxEvents = 3 });
        var lane = Open();
        lane.Emits(Event(0));
        Delivered("k", 0);
        lane.Emits(Event(1), Event(2), Event(3), Event(4), Event(5));

        Done("k", 0);
        Delivered("k", 1, 2, 3);
        Done("k", 1);
        Delivered("k", 2, 3, 4);
        Done("k", 5);

        lane.Settled(0, 1, 2, 3, 4, 5);
        Nothing(Region);
    }

    [Fact]
    public void A_late_or_repeated_answer_and_one_for_nobody_change_nothing()
    {
        Start();
        var lane = Open();
        lane.Emits(Event(0));
        Delivered("k", 0);
        Done("k", 0);
        lane.Settled(0);
        lane.Emits(Event(1));
        Delivered("k", 1);

        Done("k", 0);
        Done("unknown", 9);
        Done("k", 9, OtherStream);
        Resend("unknown");

        Nothing(Region);
        Nothing(lane.Probe);
        Done("k", 1);
        lane.Settled(1);
    }

    [Fact]
    public void What_an_entity_hands_back_is_sent_again_at_once_with_all_behind_it()
    {
        Start();
        var lane = Open();
        lane.Emits(Event(0));
        Delivered("k", 0);
        lane.Emits(Event(1));

        Resend("k");

        Delivered("k", 0, 1);
        Nothing(lane.Probe);
    }

    [Fact]
    public void A_delivery_without_an_answer_is_sent_again_after_5_s_10_s_20_s_from_the_oldest_on()
    {
        Start();
        var lane = Open();
        lane.Emits(Event(0, "quick"));
        Delivered("quick", 0);
        Done("quick", 0);
        lane.Settled(0);
        lane.Emits(Event(1));
        Delivered("k", 1);
        lane.Emits(Event(2));

        foreach (var pause in (double[])[5, 10, 20])
        {
            Advance(pause - 1);
            Nothing(Region);
            Advance(1);
            Delivered("k", 1, 2);
        }

        Done("k", 2);
        lane.Settled(1, 2);
        Advance(60);
        Nothing(Region);
    }

    [Fact]
    public void A_missed_list_is_told_to_the_group_and_nothing_behind_it_is_delivered()
    {
        Start();
        var lane = Open();
        lane.Emits(Event(0, "a"));
        Delivered("a", 0);

        lane.Loses();
        lane.Emits(Event(2, "b"));

        Assert.Same(lane.Session, Failed().Session);
        Nothing(Region);
    }

    [Fact]
    public void A_closed_session_is_forgotten_and_the_next_one_of_its_stream_waits_for_none_of_its_answers()
    {
        Start();
        var closed = Open();
        closed.Emits(Event(0), Event(1));
        Delivered("k", 0, 1);
        closed.Closes();

        var lane = Open();
        lane.Emits(Event(1));
        Delivered("k", 1);
        Done("k", 1);
        lane.Settled(1);
        Advance(60);
        Nothing(Region);
        Nothing(closed.Probe);

        closed.Emits(Event(2));
        Assert.Same(closed.Session, Failed().Session);
    }
}
