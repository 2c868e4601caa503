using ActorEvents.Hosting;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Nodes of one cluster and journal, each in a host of its own in the test's process.</summary>
internal sealed class HostedNodes : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-nodes-").FullName;
    private readonly List<IHost> _hosts = [];
    private string? _seed;

    /// <summary>What is logged. Null: nobody reads it.</summary>
    public ILoggerFactory? Log { get; init; }

    /// <summary>The first one forms the cluster, the others join it.</summary>
    public async Task<ActorEventsNode> StartAsync(Action<ActorEventsBuilder> configure)
    {
        var options = new ActorEventsOptions();
        if (_seed is not null)
        {
            options.Cluster.SeedNodes = [_seed];
        }

        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(_folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        if (Log is not null)
        {
            builder.Services.AddSingleton(Log);
        }

        builder.Services.AddActorEvents(journal, configure, options);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        var node = host.Services.GetRequiredService<ActorEventsNode>();
        await node.Running.WaitAsync(Soon);
        var address = Cluster.Get(host.Services.GetRequiredService<ActorSystem>()).SelfAddress;
        _seed ??= $"{address.Host}:{address.Port}";
        return node;
    }

    public async Task StopTogetherAsync()
    {
        await Task.WhenAll(_hosts.Select(StopAsync));
        _hosts.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.AsEnumerable().Reverse())
        {
            await StopAsync(host);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync().WaitAsync(Soon);
        host.Dispose();
    }
}
