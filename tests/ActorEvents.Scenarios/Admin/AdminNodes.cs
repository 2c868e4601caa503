using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Scenarios.DataPath;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;
using ActorEvents.Web.Admin;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Scenarios.Admin;

/// <summary>One node with its admin service.</summary>
internal sealed record AdminNode(IHost Host, AdminClient Client)
{
    public ActorEventsNode Node => Host.Services.GetRequiredService<ActorEventsNode>();

    public ActorSystem System => Host.Services.GetRequiredService<ActorSystem>();

    public AdminServer Server => Host.Services.GetRequiredService<AdminServer>();

    public string Address => Cluster.Get(System).SelfAddress.ToString();
}

/// <summary>Nodes of one cluster in the test's process, each with an admin service at a socket of its own.</summary>
internal sealed class AdminNodes : IAsyncDisposable
{
    public const int Events = 200;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);
    private readonly List<AdminNode> _nodes = [];
    private readonly ListSource _source = new("list", Events, i => $"k{i % 20}") { Placement = SourcePlacement.Singleton };

    public string Folder { get; } = Directory.CreateTempSubdirectory("ae-admin-").FullName;

    public string Stream => _source.Stream.Name;

    /// <summary>Of all nodes.</summary>
    public SwitchHandler Handler { get; } = new();

    public async Task<AdminNode> StartAsync(Action<AdminOptions>? configure = null, bool withHandler = true, bool paused = false)
    {
        var options = new ActorEventsOptions();
        options.Events.Shards = 10;

        // A key that is blocked on purpose would be waited for.
        options.Flow.DrainTimeout = TimeSpan.FromMilliseconds(200);
        options.Events.PausedSources = paused ? ["list"] : [];
        if (_nodes.Count > 0)
        {
            var first = Cluster.Get(_nodes[0].System).SelfAddress;
            options.Cluster.SeedNodes = [$"{first.Host}:{first.Port}"];
        }

        var admin = new AdminOptions { Socket = Path.Combine(Folder, $"{_nodes.Count + 1}.sock") }.UseFolder(Directory.CreateDirectory(Path.Combine(Folder, $"node-{_nodes.Count + 1}")).FullName);
        configure?.Invoke(admin);
        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(Folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddActorEvents(
            journal,
            b =>
            {
                if (withHandler)
                {
                    b.AddHandler("totals", Handler, h => h.Handles("number").StateEvent<Counted>("counted"));
                }

                b.AddSource(_source);
            },
            options);
        builder.Services.AddActorEventsAdmin(admin);
        var host = builder.Build();
        await host.StartAsync();
        var node = new AdminNode(host, new AdminClient(admin.Socket == "off" ? null : admin.Socket));
        _nodes.Add(node);
        await node.Node.Running.WaitAsync(s_soon);

        // Its first look; before it a command says "ask again".
        await Poll.UntilAsync(() => node.Node.View?.Group is not null);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.AsEnumerable().Reverse())
        {
            node.Client.Dispose();
            await node.Host.StopAsync().WaitAsync(s_soon);
            node.Host.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
