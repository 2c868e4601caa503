using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Observers;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Logs;
using ActorEvents.Web.Admin.Nodes;
using ActorEvents.Web.Admin.Palettes;
using ActorEvents.Web.Admin.Running;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorEvents.Web.Admin;

/// <summary>Adds the admin service to a host with a node.</summary>
public static class AdminHosting
{
    /// <summary>
    /// Adds the admin service: a server of its own at a socket of the node's user (and at a loopback port, with a token, if set), which the console <c>aectl</c> and every client of HTTP
    /// can use. The host's own HTTP is not touched. After <c>AddActorEvents</c>.
    /// </summary>
    /// <param name="options">Null: defaults.</param>
    /// <exception cref="InvalidOperationException"><c>AddActorEvents</c> was not called before.</exception>
    /// <exception cref="ArgumentException">Options that cannot be (<see cref="AdminOptions.Problem"/>).</exception>
    public static IServiceCollection AddActorEventsAdmin(this IServiceCollection services, AdminOptions? options = null)
    {
        var builder = services.Select(s => s.ImplementationInstance).OfType<ActorEventsBuilder>().LastOrDefault()
            ?? throw new InvalidOperationException("AddActorEventsAdmin is for a host with a node: call AddActorEvents before it.");
        options ??= new AdminOptions();
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        services.AddSingleton(options.RecentLog);
        services.AddSingleton(p => new LogLevels(Time(p)));
        services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(p => p.GetRequiredService<LogLevels>());
        services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(p => p.GetRequiredService<LogLevels>());
        services.AddSingleton(p => new NodeCalls(Time(p)));
        services.AddSingleton(p => new ClusterMembers(p.GetRequiredService<ActorSystem>));
        services.AddSingleton(p => new AuditLog(
            options.AuditFile.Length > 0 ? Path.GetFullPath(options.AuditFile) : options.Folder is { } folder ? Path.Combine(folder, "admin-audit.jsonl") : null, Log(p)));
        services.AddSingleton(p => Runner(p, builder, options));
        services.AddSingleton(p => new AdminServer(
            options, p.GetRequiredService<CommandRunner>(), p.GetRequiredService<ClusterMembers>(), p, Time(p), p.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<AdminServer>());
        builder.ConfigureAkka((akka, provider) => akka
            .AddHocon(AdminSerializer.Configuration, HoconAddMode.Prepend)
            .WithActors((system, _) => system.ActorOf(AdminActor.Props(provider.GetRequiredService<NodeCalls>(), provider.GetRequiredService<CommandRunner>(), Time(provider)), AdminActor.Name)));
        return services;
    }

    private static CommandRunner Runner(IServiceProvider provider, ActorEventsBuilder builder, AdminOptions options)
    {
        CommandRunner? runner = null;
        var parts = new NodeParts(
            new Lazy<ActorEventsNode>(provider.GetRequiredService<ActorEventsNode>),
            builder,
            provider.GetRequiredService<ClusterMembers>(),
            provider.GetRequiredService<JournalDatabase>(),
            new Lazy<EventObservers>(provider.GetRequiredService<EventObservers>),
            options.Ring,
            provider.GetRequiredService<LogLevels>(),
            provider.GetRequiredService<AuditLog>(),
            options.Settings,
            new Lazy<IParts>(() => runner!),
            Log(provider),
            Time(provider));
        List<CommandPalette> palettes = [.. NodePalettes.All(parts), .. options.Palettes.Select(p => p(provider))];
        if (palettes.GroupBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"There are two palettes '{twice.Key}'; names are unique. Give the application's own one another name.");
        }

        return runner = new CommandRunner(palettes, provider.GetRequiredService<NodeCalls>(), parts.Cluster, parts.Audit, options.ReadOnly, parts.Time, Log(provider));
    }

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static ILogger Log(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>().CreateLogger("ActorEvents.Admin");
}
