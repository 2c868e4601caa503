using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Observers;
using ActorEvents.Relay;
using ActorEvents.Telemetry;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>Adds the runtime to a host.</summary>
public static class ActorEventsHosting
{
    /// <summary>Name of the meter, for <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = Metrics.MeterName;

    /// <summary>Name of the activity source of all spans, for <c>AddSource</c> of OpenTelemetry.</summary>
    public const string ActivitySourceName = Tracing.SourceName;

    /// <summary>
    /// Adds a node: actor system, shard regions, sources, subscriptions, relay. The journal is opened by the caller, before the host is built, so that
    /// what is wrong with it is said before anything starts; the node disposes it when it has stopped. A <see cref="TimeProvider"/> that the host has registered is used; the actor
    /// system logs by the host's <see cref="ILoggerFactory"/>, in categories that begin with <c>Akka</c>.
    /// </summary>
    /// <param name="options">Null: defaults.</param>
    /// <exception cref="ArgumentException">Options that do not go together (<see cref="ActorEventsOptions.Problem"/>).</exception>
    public static IServiceCollection AddActorEvents(
        this IServiceCollection services, JournalDatabase journal, Action<ActorEventsBuilder> configure, ActorEventsOptions? options = null)
    {
        var builder = new ActorEventsBuilder(options ?? new ActorEventsOptions());
        configure(builder);
        if (builder.Options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(builder);
        services.AddSingleton(builder.Options);
        services.AddSingleton(journal);
        services.AddSingleton(provider => new JournalTail(
            journal.Reader,
            builder.Options.Relay.PollInterval,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("ActorEvents.Journal")));
        services.AddSingleton(provider => new NodeSources([.. builder.Sources.Select(s => s(provider))]));
        services.AddSingleton<ActorEventsNode>();
        services.AddSingleton<EventObservers>();
        services.Configure<HostOptions>(o =>
        {
            if (o.ShutdownTimeout < builder.Options.ShutdownTimeout)
            {
                o.ShutdownTimeout = builder.Options.ShutdownTimeout;
            }
        });
        services.AddAkka(builder.Options.Cluster.Name, (akka, provider) =>
        {
            akka.AddHocon(DataPath.Configuration(builder, journal, provider.GetRequiredService<NodeSources>().All), HoconAddMode.Prepend).AddSetup(journal.AkkaSetup)
                .AddSetup(new AkkaLogSetup(provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<TimeProvider>()));
            akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLogger<AkkaLog>();
            });
            builder.Akka?.Invoke(akka, provider);
        });

        // After Akka's own service: started behind it; its StoppingAsync drains while HTTP, admin and the actor system still stand.
        services.AddHostedService(provider => provider.GetRequiredService<ActorEventsNode>());
        return services;
    }
}
