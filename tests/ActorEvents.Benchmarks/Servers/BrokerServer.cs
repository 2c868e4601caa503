using System.Diagnostics;
using System.Globalization;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Tests.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.Servers;

/// <summary>A broker in a process of its own: a real Kafka from the script in KAFKA_HOME, or the embedded broker. It ends when this process ends.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    // Prints the bootstrap list when the broker serves; serves until standard input closes.
    private const string Hold = """kafka=$1; "$kafka" start || { "$kafka" wipe; exit 1; }; read -r _; exec "$kafka" wipe""";
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120);
    private readonly EmbeddedBrokerProcess? _embedded;
    private readonly Process? _real;
    private readonly DirectoryInfo? _folder;

    private BrokerServer(EmbeddedBrokerProcess embedded)
    {
        _embedded = embedded;
        Bootstrap = embedded.BootstrapServers;
    }

    private BrokerServer(Process real, DirectoryInfo folder, string bootstrap)
    {
        _real = real;
        _folder = folder;
        Bootstrap = bootstrap;
    }

    public string Bootstrap { get; }

    public bool IsReal => _real is not null;

    public string Name => IsReal ? "real Kafka" : "embedded broker";

    /// <summary>The embedded one with these topics.</summary>
    public static async Task<BrokerServer> EmbeddedAsync(params (string Topic, int Partitions)[] topics)
    {
        var options = new EmbeddedBrokerOptions { Port = 0 };
        foreach (var (topic, partitions) in topics)
        {
            options = options with { Topics = options.Topics.SetItem(topic, partitions) };
        }

        return new BrokerServer(await EmbeddedBrokerProcess.StartAsync(
            EmbeddedBrokerProcess.VerbOf(typeof(BrokerServer).Assembly, options), NullLogger.Instance, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>A real Kafka with these topics where KAFKA_HOME is set, else the embedded one.</summary>
    /// <param name="flushEach">A real one: each batch is on the disk before it is acknowledged.</param>
    public static async Task<BrokerServer> RealOrEmbeddedAsync(bool flushEach, params (string Topic, int Partitions)[] topics)
    {
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        if (string.IsNullOrEmpty(home))
        {
            return await EmbeddedAsync(topics);
        }

        var script = Path.Combine(home, "kafka");
        if (!File.Exists(script))
        {
            throw new InvalidOperationException($"KAFKA_HOME = {home} holds no script 'kafka' that starts a real broker. Unset it to measure with the embedded broker.");
        }

        var folder = Directory.CreateTempSubdirectory("ae-bench-kafka-");
        var start = new ProcessStartInfo("/bin/sh", ["-c", Hold, "sh", script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["KAFKA_DATA"] = folder.FullName;
        start.Environment["KAFKA_PORT"] = FreePorts.Find(4).ToString(CultureInfo.InvariantCulture);
        start.Environment["KAFKA_NODES"] = "1";
        start.Environment["KAFKA_EXTRA"] = flushEach ? "log.flush.interval.messages=1" : "";
        var process = Process.Start(start)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline, TimeProvider.System)
            ?? throw new InvalidOperationException($"{script} did not start a broker; what it said stands above.");
        var server = new BrokerServer(process, folder, bootstrap.Trim());
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = server.Bootstrap }).SetLogHandler((_, _) => { }).Build();
        await admin.CreateTopicsAsync(topics.Select(t => new TopicSpecification { Name = t.Topic, NumPartitions = t.Partitions, ReplicationFactor = 1 }));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
            return;
        }

        await HeldServer.LetGoAsync(_real!);
        if (_folder!.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }
}
