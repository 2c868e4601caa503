using ActorEvents.Events;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorEvents.Handlers;

/// <summary>The entity of one key, <see cref="Durability.None"/>: the same rules of acceptance, no append; answered at once.</summary>
internal sealed class VolatileEntityActor : UntypedActor, IWithTimers
{
    private readonly EntityContext _context;
    private readonly EntityKey _key;
    private readonly EntityCore _core;
    private readonly Deliver[] _one = new Deliver[1];
    private bool _active;

    public VolatileEntityActor(EntityContext context, EntityKey key)
    {
        _context = context;
        _key = key;
        _core = new EntityCore(context.Handler, context.Time);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(IdleCheck.Instance, IdleCheck.Instance, _context.Handler.PassivateAfter);

    protected override void PostStop() => _context.Blocked.Remove(_context.Handler.Name, _key);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Deliver delivery when _context.Handler.Delay > TimeSpan.Zero:
                Context.System.Scheduler.ScheduleTellOnce(_context.Handler.Delay * delivery.Events.Length, Self, new Late(delivery), Sender);
                break;
            case Deliver delivery:
                Take(delivery);
                break;
            case Late late:
                Take(late.Delivery);
                break;
            case IdleCheck when !_active:
                Context.Parent.Tell(new Passivate(StopWhenDrained.Instance));
                break;
            case IdleCheck:
                _active = false;
                break;
            case StopWhenDrained:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(Deliver delivery)
    {
        _active = true;
        _one[0] = delivery;
        var acceptance = _core.Accept(_one);
        if (acceptance.Entry is { } entry)
        {
            _core.Appended(acceptance);
            Metrics.Decided(_context.Handler.Name, entry.Decided, entry.Repeats, entry.Rejections.Count);
        }

        if (_core.Position(delivery.Stream.Name) is { } upTo && upTo >= delivery.Events[0].Position.Number)
        {
            Sender.Tell(new Done(_key, delivery.Stream.Name, upTo));
        }

        if (acceptance.Failure is { } failure)
        {
            Metrics.HandlerFailed(_context.Handler.Name);
            var reason = failure.Message.TrimEnd('.');
            if (_context.Blocked.Add(_context.Handler.Name, _key, reason, acceptance.FailedEvent))
            {
                Log.KeyBlocked(_context.Logger, _context.Handler.Name, _key.Value, reason);
            }
        }
        else
        {
            _context.Blocked.Remove(_context.Handler.Name, _key);
        }
    }

    private sealed record Late(Deliver Delivery);

    private sealed record IdleCheck
    {
        public static IdleCheck Instance { get; } = new();
    }
}
