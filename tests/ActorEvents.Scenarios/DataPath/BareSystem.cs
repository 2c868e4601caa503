using ActorEvents.Hosting;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>An actor system without a host, with the configuration that a host gives it, as a member of its cluster.</summary>
internal static class BareSystem
{
    /// <summary>Where a destination needs none.</summary>
    public static IServiceProvider NoServices { get; } = new ServiceCollection().BuildServiceProvider();

    public static async Task<ActorSystem> StartAsync(ActorEventsBuilder builder, JournalDatabase journal)
    {
        var config = Hosting.DataPath.Configuration(builder, journal, [])
            .WithFallback(ConfigurationFactory.ParseString("akka.loglevel = WARNING"))
            .WithFallback(ClusterSharding.DefaultConfig())
            .WithFallback(ClusterSingleton.DefaultConfig());
        var system = ActorSystem.Create(builder.Options.Cluster.Name, BootstrapSetup.Create().WithConfig(config).And(journal.AkkaSetup));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await ClusterJoin.JoinAsync(system, builder.Options, journal, [], TimeProvider.System, cancellationToken: patience.Token);
        return system;
    }
}
