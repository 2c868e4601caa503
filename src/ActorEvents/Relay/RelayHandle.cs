using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace ActorEvents.Relay;

/// <summary>A node's side of the relay: the singleton's manager (it may come to run here), a way to it, and what wakes it.</summary>
internal sealed class RelayHandle : IDisposable
{
    private readonly RelayWaker _waker;

    private RelayHandle(IActorRef proxy, RelayWaker waker)
    {
        Proxy = proxy;
        _waker = waker;
    }

    /// <summary>Takes <see cref="FlushRelay"/> and <see cref="GetRelayStatus"/>, wherever the relay runs.</summary>
    public IActorRef Proxy { get; }

    /// <summary>For entities.</summary>
    public IJournalSignal Signal => _waker;

    /// <summary>Starts manager and proxy on a member of a cluster. The relay leaves in an orderly way when the node leaves the cluster.</summary>
    public static RelayHandle Start(ActorSystem system, RelaySettings settings)
    {
        const string Manager = "relay";
        system.ActorOf(
            ClusterSingletonManager.Props(RelayActor.Props(settings), StopRelay.Instance, ClusterSingletonManagerSettings.Create(system).WithSingletonName("relay").WithRole(settings.Role)),
            Manager);
        var proxy = system.ActorOf(
            ClusterSingletonProxy.Props("/user/" + Manager, ClusterSingletonProxySettings.Create(system).WithSingletonName("relay").WithRole(settings.Role)),
            Manager + "-proxy");
        return new RelayHandle(proxy, new RelayWaker(proxy, settings.Time));
    }

    /// <summary>No notification any more.</summary>
    public void Dispose() => _waker.Dispose();
}
