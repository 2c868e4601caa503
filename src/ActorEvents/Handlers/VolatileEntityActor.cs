using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Handlers;

/// <summary>Runs the <see cref="EntityFlow{TFrom}"/> of one key with <see cref="Durability.None"/>: nothing is recovered, appended or saved.</summary>
internal sealed class VolatileEntityActor : UntypedActor, IWithTimers
{
    private readonly TimeSpan _passivateAfter;
    private readonly EntityOutput _output;
    private readonly EntityFlow<IActorRef> _flow;

    public VolatileEntityActor(EntityContext context, EntityKey key)
    {
        _passivateAfter = context.Handler.PassivateAfter;
        _output = new EntityOutput(context, key, Context, this, null, null);
        _flow = new EntityFlow<IActorRef>(context.Handler, key, context.Time, _output);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(IdleCheck.Instance, IdleCheck.Instance, _passivateAfter);

    protected override void PostStop() => _output.Unblocked(_flow.BlockedStreams);

    protected override void OnReceive(object message)
    {
        if (!_flow.TryReceive(message, Sender))
        {
            Unhandled(message);
        }
    }
}
