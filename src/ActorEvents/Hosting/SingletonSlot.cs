using Akka.Actor;

namespace ActorEvents.Hosting;

/// <summary>
/// The child of a cluster singleton's manager: while it lives, the source runs in its node's group. It ends only when the group says that the source is
/// drained and gone, so that at a hand-over the next node starts behind it.
/// </summary>
internal sealed class SingletonSlot : ReceiveActor
{
    private readonly string _source;
    private readonly IActorRef _group;

    public SingletonSlot(string source, IActorRef group, TimeSpan drain)
    {
        _source = source;
        _group = group;
        Receive<Release>(_ => group.Tell(new DetachSource(source, drain)));
        Receive<SourceDetached>(_ => Context.Stop(Self));
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    public static Props Props(string source, IActorRef group, TimeSpan drain) => Akka.Actor.Props.Create(() => new SingletonSlot(source, group, drain));

    protected override void PreStart()
    {
        Context.Watch(_group);
        _group.Tell(new AttachSource(_source));
    }

    /// <summary>The manager's termination message.</summary>
    internal sealed record Release
    {
        public static Release Instance { get; } = new();
    }
}
