using System.Globalization;
using System.Net;
using ActorEvents.Events.Codecs;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Kafka;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Destinations.Transactions;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Kafka.Producers;
using ActorEvents.Kafka.Sources;
using ActorEvents.Node.Settings;
using ActorEvents.Node.Sources;
using ActorEvents.Relay;
using ActorEvents.Shop;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Feed;
using ActorEvents.Shop.Totals;
using ActorEvents.Sources;
using ActorEvents.Web;
using ActorEvents.Web.Admin;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace ActorEvents.Node;

/// <summary>Composes one node from its settings and runs it until it is told to stop.</summary>
internal static class NodeHost
{
    private const string SourceName = "shop";
    private static readonly string[] ShopTopics = [Topics.OrderLines, Topics.Orders];
    private static readonly Dictionary<string, string> ShortForms = new(StringComparer.Ordinal) { ["http"] = "http.port" };

    public static async Task<int> RunAsync(string[] arguments, CancellationToken stop)
    {
        var (settings, given, akka) = Read(arguments);
        if (settings.Shop is { Enabled: true, Feed: true, File: { Length: > 0 } feed } && !File.Exists(feed))
        {
            throw new SettingsException($"shop.file = '{feed}': there is no such file (looked at {Path.GetFullPath(feed)}).");
        }

        var http = ListenAddress.Check("HTTP", settings.Http.Host, settings.Http.Port, "--http PORT, 0: any free one; --http.host HOST");
        CheckClusterPort(settings.Cluster, akka);
        settings.Admin.UseFolder(Path.GetFullPath(settings.Data));
        var options = settings.Runtime;
        if ((settings.Problem() ?? options.Problem() ?? settings.Admin.Problem() ?? KafkaClientCheck.Problem(settings.Kafka, options.Flow.DrainTimeout)) is { } problem)
        {
            throw new SettingsException(problem);
        }

        if (settings.Admin.Port >= 0)
        {
            ListenAddress.Check("The admin service", settings.Admin.Host, settings.Admin.Port, "--admin.port PORT, 0: any free one, -1: none");
        }

        using var folder = DataFolder.Open(settings.Data);
        var prepared = ConfiguredSources.Prepare(settings.Sources, settings.ForSources(folder.NodeId), (SourceName, settings.Shop.Enabled ? ShopTopics : []), (ShopFeed.SourceName, []));
        using var logging = LoggerFactory.Create(l => Logging(l.AddProvider(settings.Admin.RecentLog)));
        await using var journal = await JournalDatabase.OpenAsync(JournalOf(settings, folder), TimeProvider.System, logging.CreateLogger("ActorEvents.Journal"), stop);
        await using var broker = settings.Kafka.IsEmbedded ? await StartBrokerAsync(settings, logging, stop) : null;
        if (broker is not null)
        {
            settings.Kafka.BootstrapServers = broker.BootstrapServers;
        }

        using var topics = new KafkaTopics(settings.Kafka, TimeProvider.System, logging.CreateLogger("ActorEvents.Kafka"));
        IReadOnlyList<IEventSource> sources = [.. prepared.Select(s => s(topics))];
        var feedLimits = new TopicLimits(topics, options.Events.MaxBytes, logging.CreateLogger("ActorEvents.Kafka"));
        var app = Build(settings, http, options, folder, journal, topics, feedLimits, sources, akka);
        await using (app)
        {
            ActorSystemStart.Make(app.Services);
            var node = app.Services.GetRequiredService<ActorEventsNode>();
            await app.StartAsync(stop);
            Summary(app, settings, options, folder, journal, given, broker);
            await using var stopping = stop.Register(app.Lifetime.StopApplication);
            _ = broker?.Exited.ContinueWith(_ => app.Lifetime.StopApplication(), TaskScheduler.Default);
            _ = SayRunningAsync(node);
            if (settings.ExitWhenDone && app.Services.GetService<ShopCompletion>() is { } completion)
            {
                _ = completion.Done.ContinueWith(_ => app.Lifetime.StopApplication(), TaskScheduler.Default);
            }

            await app.WaitForShutdownAsync(CancellationToken.None);
            return Farewell(node);
        }
    }

    private static (NodeSettings Settings, IReadOnlyList<string> Given, Config Akka) Read(string[] arguments)
    {
        var settings = new NodeSettings();
        var reader = new SettingsReader(new SettingsSchema(settings));
        var rest = new List<string>(arguments);
        var akka = ConfigurationFile(rest) is { } file ? reader.File(Text(file), file) : Config.Empty;
        reader.Environment(Environment.GetEnvironmentVariables());
        reader.CommandLine(rest, ShortForms);
        reader.Validate();
        EmbeddedDefaults.Apply(settings, reader);
        settings.Admin.ShowSettings(() => reader.Shown);
        return (settings, [.. reader.Given], akka);
    }

    /// <summary><c>--config FILE</c>, else <c>config/node.conf</c> below the working directory, else none (defaults).</summary>
    private static string? ConfigurationFile(List<string> arguments)
    {
        var at = arguments.IndexOf("--config");
        if (at < 0)
        {
            return File.Exists("config/node.conf") ? "config/node.conf" : null;
        }

        if (at + 1 == arguments.Count)
        {
            throw new SettingsException("--config needs a file.");
        }

        var file = arguments[at + 1];
        arguments.RemoveRange(at, 2);
        return File.Exists(file) ? file : throw new SettingsException($"--config '{file}': there is no such file (looked at {Path.GetFullPath(file)}).");
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--config '{file}' cannot be read: {e.Message.TrimEnd('.')}. Give another file, or the right to read it.");
        }
    }

    /// <summary>Where Akka will listen, and the address that it tells the others: what the file's own <c>akka</c> part says wins.</summary>
    private static void CheckClusterPort(ClusterOptions cluster, Config akka)
    {
        const string tcp = "akka.remote.dot-netty.tcp.";
        if (akka.HasPath(tcp + "bind-hostname") || akka.HasPath(tcp + "bind-port"))
        {
            throw new SettingsException($"{tcp}bind-hostname and bind-port in the configuration file are not settings of Akka.NET: it listens at hostname and port, and tells the others public-hostname and public-port.");
        }

        var host = akka.GetString(tcp + "hostname", cluster.Hostname);
        if (ClusterOptions.StandsForAll(akka.GetString(tcp + "public-hostname") is { Length: > 0 } known ? known : host))
        {
            throw new SettingsException($"{tcp}hostname = '{host}' in the configuration file stands for all addresses of a machine, and no other node can reach it. Give public-hostname beside it, the one that the others use.");
        }

        ListenAddress.Check("The cluster", host, Port(tcp + "port") ?? cluster.Port, "--cluster.port PORT, 0: any free one; --cluster.hostname HOST");

        int? Port(string key) => akka.GetString(key) is not { Length: > 0 } text ? null
            : ushort.TryParse(text, CultureInfo.InvariantCulture, out var port) ? port
            : throw new SettingsException($"{key} = '{text}' in the configuration file must be a port from 0 to 65535.");
    }

    private static JournalOptions JournalOf(NodeSettings settings, DataFolder folder) => new()
    {
        Provider = settings.Journal.Provider,
        SqliteFile = settings.Journal.SqliteFile is { Length: > 0 } file ? Path.GetFullPath(file) : Path.Combine(folder.Path, "journal.db"),
        SqliteSynchronous = settings.Journal.SqliteSynchronous,
        ConnectionString = settings.Journal.ConnectionString,
        MarkFile = Path.Combine(folder.Path, "journal.mark"),
    };

    private static async Task<EmbeddedBrokerProcess> StartBrokerAsync(NodeSettings settings, ILoggerFactory logging, CancellationToken stop)
    {
        var options = new EmbeddedBrokerOptions { Port = settings.Kafka.Embedded.Port };
        foreach (var topic in Topics.All.Concat(settings.Sources.All.Values.OfType<KafkaTopicsSettings>().SelectMany(s => s.Topics)))
        {
            options = options with { Topics = options.Topics.SetItem(topic, settings.Kafka.Partitions) };
        }

        return await EmbeddedBrokerProcess.StartAsync(
            EmbeddedBrokerProcess.VerbOf(typeof(NodeHost).Assembly, options), logging.CreateLogger("ActorEvents.Kafka.Embedded"), TimeProvider.System, stop);
    }

    private static void Logging(ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Akka", LogLevel.Warning)

        // What keeps the host from starting is thrown as well, and said once, by us.
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
        .AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.ColorBehavior = LoggerColorBehavior.Disabled;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        })
        .Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);

    private static WebApplication Build(
        NodeSettings settings,
        IPEndPoint http,
        ActorEventsOptions options,
        DataFolder folder,
        JournalDatabase journal,
        KafkaTopics topics,
        TopicLimits feedLimits,
        IReadOnlyList<IEventSource> sources,
        Config akka)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Logging(web.Logging.ClearProviders());
        web.Services.AddRoutingCore();
        web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(http));
        web.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        web.Services.AddActorEvents(
            journal,
            builder =>
            {
                builder.PublishTo(provider =>
                {
                    var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("ActorEvents.Kafka");
                    return options.Relay.ExactlyOnce
                        ? new TransactionalDestination(journal, settings.Kafka, topics, options.Events.MaxBytes, TimeProvider.System, log)
                        : new KafkaDestination(settings.Kafka, topics, options.Events.MaxBytes, TimeProvider.System, log);
                });
                if (settings.Shop.Enabled)
                {
                    // A topic that was re-created is fed from the file's first line, so a loss of the broker ends the feed, and it asks for the topic again.
                    var producer = KafkaProducerSettings.Of(settings.Kafka) with
                    {
                        ClientId = "actor-events-feed",
                        MaxMessageBytes = options.Events.MaxBytes + (64 * 1024),
                        WaitForLostBrokers = false,
                        Parallelism = 2_000,
                    };
                    builder.AddShop(web.Services, settings.Shop, new FeedProducer(producer, topics, feedLimits));
                    builder.AddSource(new KafkaEventSource(
                        new KafkaSourceOptions
                        {
                            Name = SourceName,
                            Start = settings.Kafka.Start,
                            InstanceId = settings.IsStaticMember ? $"{folder.NodeId}-{SourceName}" : null,
                            Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal)
                            {
                                [Topics.OrderLines] = new RecordMapping(OrderLine.EventType, "/topics/" + Topics.OrderLines, maxEventBytes: options.Events.MaxBytes),
                                [Topics.Orders] = RecordMapping.ForTopic(Topics.Orders, maxEventBytes: options.Events.MaxBytes),
                            },
                        },
                        settings.Kafka,
                        topics));
                }

                foreach (var source in sources)
                {
                    builder.AddSource(source);
                }

                builder.ConfigureAkka((configuration, _) => configuration.AddHocon(akka, HoconAddMode.Prepend));
            },
            options);
        web.Services.AddActorEventsAdmin(settings.Admin);
        var app = web.Build();
        app.UseRouting();
        app.MapActorEventsHealth();
        if (settings.Shop.Enabled)
        {
            app.MapShopTotals();
        }

        return app;
    }

    private static async Task SayRunningAsync(ActorEventsNode node)
    {
        try
        {
            await node.Running;
            foreach (var source in node.Sources)
            {
                Console.Error.WriteLine($"source    {source.Name}: {source.Describe}");
            }

            Console.Error.WriteLine("The node is running.");
        }
        catch (Exception)
        {
            // Said by the node itself, and by the exit code.
        }
    }

    private static void Summary(
        WebApplication app,
        NodeSettings settings,
        ActorEventsOptions options,
        DataFolder folder,
        JournalDatabase journal,
        IReadOnlyList<string> given,
        EmbeddedBrokerProcess? broker)
    {
        var node = app.Services.GetRequiredService<ActorEventsNode>();
        string[] lines =
        [
            $"ActorEvents node {folder.NodeId}, data folder {folder.Path}",
            $"http      {string.Join(", ", app.Urls)}",
            $"admin     {(app.Services.GetRequiredService<AdminServer>().Places is { Count: > 0 } places ? string.Join(", ", places) : "off")}",
            $"journal   {journal.Description}, {(journal.IsNew ? "new journal" : "journal")} {journal.JournalId}",
            $"cluster   {options.Cluster.Name}, {(options.Cluster.SeedNodes.Count == 0 ? "a cluster of its own" : "seed nodes " + string.Join(", ", options.Cluster.SeedNodes))}",
            $"kafka     {settings.Kafka.BootstrapServers}{(broker is null ? "" : " (embedded)")}, group {settings.Kafka.GroupId}, {(settings.IsStaticMember ? "static" : "dynamic")} member",
            $"handlers  {string.Join(", ", node.Handlers.Select(h => h.Name))}",
            .. given.Select(g => $"setting   {g}"),
        ];
        foreach (var line in lines)
        {
            Console.Error.WriteLine(line);
        }
    }

    private static int Farewell(ActorEventsNode node)
    {
        if (node.Failure is { } failure)
        {
            Console.Error.WriteLine(failure.Message);
            return ExitCodes.Failed;
        }

        if (node.Drained is not { } drained)
        {
            Console.Error.WriteLine("Stopped before the node was running, or without an answer from its sources.");
            return node.Running.IsCompletedSuccessfully ? ExitCodes.NotDrained : ExitCodes.Ok;
        }

        var lanes = drained.Sources.SelectMany(s => s.Lanes).ToList();
        var unsettled = lanes.Sum(l => l.Unsettled);
        Console.Error.WriteLine($"Drained: {drained.Sources.Count} source(s), {lanes.Count} lane(s) committed, {unsettled} event(s) still under way (they are read again at the next start).");
        if (drained.Unanswered.Count > 0)
        {
            Console.Error.WriteLine($"Not drained in time: {string.Join(", ", drained.Unanswered)}; what was under way there is taken up again at the next start.");
        }

        if (node.Flushed is { } flushed)
        {
            Console.Error.WriteLine(Published(flushed, node.SetAside));
        }

        return unsettled == 0 && drained.Unanswered.Count == 0 ? ExitCodes.Ok : ExitCodes.NotDrained;
    }

    /// <summary>What the node says at its end about what it publishes.</summary>
    /// <param name="setAside">Events that a destination has refused, ever; null: not known.</param>
    internal static string Published(RelayFlushed flushed, long? setAside) => (flushed.Complete, setAside) switch
    {
        (false, _) => $"Relay: published up to row {flushed.Place} of {flushed.Highest}; the rest is published at the next start. {flushed.Problem}",
        (true, 0) => $"Relay: everything up to row {flushed.Highest} is published.",
        (true, null) => $"Relay: at the end of the journal, row {flushed.Highest}. Whether events were refused and set aside is not known: the journal did not tell.",
        (true, _) => $"Relay: at the end of the journal, row {flushed.Highest}. Not published: {setAside} event(s) that a destination refused; they stand in ae_dead_letters, each with the reason.",
    };

    /// <summary>Signals are ours (<see cref="StopSignals"/>), not the host's.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
