using Akka.Actor;

namespace ActorEvents.Handlers;

/// <summary>The messages that an entity takes, whether it is kept in the journal or in memory.</summary>
internal static class EntityInbox
{
    /// <returns>False: none of them.</returns>
    public static bool TryReceive(this EntityFlow<IActorRef> flow, object message, IActorRef sender)
    {
        switch (message)
        {
            case Deliver delivery:
                flow.Deliver(delivery, sender);
                return true;
            case DelayOver:
                flow.DelayOver();
                return true;
            case IdleCheck:
                flow.CheckIdle();
                return true;
            case StopWhenDrained:
                flow.StopWhenDrained();
                return true;
            case GetEntityStatus:
                sender.Tell(flow.Status);
                return true;
            default:
                return false;
        }
    }
}
