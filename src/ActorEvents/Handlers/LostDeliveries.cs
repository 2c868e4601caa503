using Akka.Actor;
using Akka.Event;

namespace ActorEvents.Handlers;

/// <summary>
/// Hears of deliveries that a shard region of this node has dropped while a shard moved, or that found nobody, and has their subscription, on whichever node, send them again. Without it they
/// wait for the time-out. What is lost between nodes nobody hears of.
/// </summary>
internal sealed class LostDeliveries : ReceiveActor
{
    /// <summary>A shard that moves needs some time, and one without a place must not make a loop.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.3);

    public LostDeliveries()
    {
        Receive<AllDeadLetters>(m =>
        {
            // A buffer's message is wrapped twice.
            while (m.Message is AllDeadLetters inner)
            {
                m = inner;
            }

            if (m is { Message: Deliver delivery, Sender: { } subscription } && !subscription.IsNobody())
            {
                Context.System.Scheduler.ScheduleTellOnce(s_pause, subscription, new Resend(delivery.Key, delivery.Stream.Name, delivery.Session), ActorRefs.NoSender);
            }
        });
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(AllDeadLetters));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
