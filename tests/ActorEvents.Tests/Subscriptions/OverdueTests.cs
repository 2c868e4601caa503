using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>When a delivery counts as lost and is sent again. Times in seconds; resend-after 5 s, resend-max 60 s.</summary>
public sealed class OverdueTests
{
    private static readonly StreamId Stream = new("s/t/0", "s/0");
    private static readonly LaneSession Session = new(Stream, ActorRefs.Nobody, 0);
    private readonly DeliveryWindow _window = new(new DeliveryOptions(), TimeProvider.System);
    private long _position;

    [Fact]
    public void An_unanswered_delivery_is_sent_again_after_5_s_while_others_are_answered_at_once()
    {
        Send("a", at: 0);
        Answer("a", at: 0.1);
        Send("lost", at: 1);

        Assert.Equal(0, OverdueAt(5.9));
        Assert.Equal(1, OverdueAt(6.1));
    }

    /// <summary>A second start on a full journal: thousands of entities recover one behind the other, and each waits for its turn.</summary>
    [Fact]
    public void Deliveries_to_entities_that_recover_one_behind_the_other_are_sent_once()
    {
        for (var i = 0; i < 40; i++)
        {
            Send($"k{i}", at: 0);
        }

        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(0, OverdueAt(i));
            Answer($"k{i}", at: i);
        }
    }

    [Fact]
    public void Before_the_first_answer_a_delivery_has_three_times_as_long()
    {
        Send("a", at: 0);

        Assert.Equal(0, OverdueAt(14.9));
        Assert.Equal(1, OverdueAt(15.1));
    }

    [Fact]
    public void A_slow_answer_is_forgotten_after_two_periods_without_one()
    {
        Send("slow", at: 0);
        Answer("slow", at: 12);
        Send("lost", at: 30);

        Assert.Equal(0, OverdueAt(34.9));
        Assert.Equal(1, OverdueAt(35.1));
    }

    [Fact]
    public void Each_further_send_waits_twice_as_long_and_no_longer_than_the_maximum()
    {
        Send("a", at: 0);
        Answer("a", at: 0.1);
        Send("lost", at: 100);

        foreach (var (due, wait) in ((double, double)[])[(105, 5), (115, 10), (135, 20), (175, 40), (235, 60), (295, 60)])
        {
            Assert.Equal(0, OverdueAt(due - 0.1));
            Assert.Equal(1, OverdueAt(due));
            Assert.True(_window.Next(At(due)) is not null, $"not sent after {wait} s");
        }
    }

    /// <summary>Which copy is answered is not known, so the time since the last send says nothing.</summary>
    [Fact]
    public void An_answer_to_a_repeated_delivery_is_not_measured()
    {
        Send("a", at: 0);
        Answer("a", at: 0.1);
        Send("late", at: 100);
        Assert.Equal(1, OverdueAt(105));
        Assert.NotNull(_window.Next(At(105)));
        Answer("late", at: 114);
        Send("lost", at: 114);

        Assert.Equal(1, OverdueAt(119.1));
    }

    private static long At(double seconds) => (long)(seconds * TimeProvider.System.TimestampFrequency);

    private void Send(string key, double at)
    {
        _window.Add(Session, new EntityKey(key), new EventEnvelope { Id = key, Source = "/t", Type = "t", Position = new EventPosition(Stream, _position++) });
        Assert.NotNull(_window.Next(At(at)));
    }

    private void Answer(string key, double at) => _window.Done(new Done(new EntityKey(key), Stream.Name, _position), At(at), (_, _) => { });

    private int OverdueAt(double seconds) => _window.TimeOut(At(seconds));
}
