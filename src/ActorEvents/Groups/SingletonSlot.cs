using Akka.Actor;
using Akka.Event;

namespace ActorEvents.Groups;

/// <summary>
/// The child of a cluster singleton's manager: while it lives, the source runs in its node's group. It ends only when the group says that the source is
/// drained and gone, so that at a hand-over the next node starts behind it.
/// </summary>
internal sealed class SingletonSlot : ReceiveActor, IWithTimers
{
    /// <summary>A group that was started again has forgotten the source, so it is asked again; asking twice changes nothing.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    /// <summary>How much longer than the drain an answer is waited for: a node that hangs here would hold the source for ever.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly string _source;
    private readonly IActorRef _group;

    public SingletonSlot(string source, IActorRef group, TimeSpan drain)
    {
        _source = source;
        _group = group;
        Receive<Attach>(_ => group.Tell(new AttachSource(source)));
        Receive<Release>(_ =>
        {
            Timers.Cancel(Attach.Instance);
            Timers.StartSingleTimer(Overdue.Instance, Overdue.Instance, drain + Grace);
            group.Tell(new DetachSource(source, drain));
        });
        Receive<SourceDetached>(_ => Context.Stop(Self));
        Receive<Overdue>(_ =>
        {
            Context.GetLogger().Warning("Source '{0}' was not drained within {1} s and is handed over anyway; what is under way is read again", source, (drain + Grace).TotalSeconds);
            Context.Stop(Self);
        });

        // Without a group nothing of the source is left on this node.
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string source, IActorRef group, TimeSpan drain) => Akka.Actor.Props.Create(() => new SingletonSlot(source, group, drain));

    protected override void PreStart()
    {
        Context.Watch(_group);
        _group.Tell(new AttachSource(_source));
        Timers.StartPeriodicTimer(Attach.Instance, Attach.Instance, AskAgain);
    }

    /// <summary>The manager's termination message.</summary>
    internal sealed record Release
    {
        public static Release Instance { get; } = new();
    }

    private sealed record Attach
    {
        public static Attach Instance { get; } = new();
    }

    private sealed record Overdue
    {
        public static Overdue Instance { get; } = new();
    }
}
