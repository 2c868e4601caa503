using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Tests.Kafka;

/// <summary>
/// A real Kafka broker on a free loopback port, with its data in a folder that goes away with it. It is started by the script <c>kafka</c> in the folder KAFKA_HOME;
/// without that variable its tests skip at home and fail under CI=true. Shared by the tests of one collection, which make topics of their own; a test that kills the broker brings it back.
/// It ends when this process ends, however it ends: the shell that holds it reads our pipe.
/// </summary>
public sealed class RealKafkaFixture : IAsyncLifetime
{
    // Prints the bootstrap list when the broker serves; serves until standard input closes.
    private const string Hold = """kafka=$1; "$kafka" start || { "$kafka" wipe; exit 1; }; read -r _; exec "$kafka" wipe""";

    // Plain, controller and secure listener, and one to spare.
    private const int Ports = 4;

    private static readonly TimeSpan s_startDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_adminDeadline = TimeSpan.FromSeconds(30);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "actor-events-kafka-" + Guid.NewGuid().ToString("N"));
    private string? _missing;
    private string _script = "";
    private string _bootstrap = "";
    private int _port;
    private int _topics;
    private Process? _holder;

    /// <summary>The broker's address. Skips the test where there is no broker; fails it under CI=true.</summary>
    public string Bootstrap
    {
        get
        {
            Require();
            return _bootstrap;
        }
    }

    public async Task InitializeAsync()
    {
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        _script = Path.Combine(home ?? "", "kafka");
        if (string.IsNullOrEmpty(home) || !File.Exists(_script))
        {
            _missing = string.IsNullOrEmpty(home)
                ? "KAFKA_HOME is not set: it names the folder with the script 'kafka' that starts a real broker."
                : $"KAFKA_HOME = {home} holds no script 'kafka' that starts a real broker.";
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            _port = FreePorts.Find(Ports);
            var failure = await StartAsync();
            if (failure is null)
            {
                return;
            }

            if (attempt == 3)
            {
                throw new InvalidOperationException($"Kafka did not start: {failure}");
            }
        }
    }

    /// <summary>Skips the test where there is no broker; fails it under CI=true.</summary>
    public void Require() => Servers.Require(_missing);

    /// <summary>A new topic with a name that no other test has.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 4, string prefix = "topic")
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _topics)}";
        await CreateTopicAsync(name, partitions);
        return name;
    }

    public async Task CreateTopicAsync(string name, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }],
            new CreateTopicsOptions { OperationTimeout = s_adminDeadline, RequestTimeout = s_adminDeadline });
    }

    /// <summary>Sets the topic's <c>max.message.bytes</c>: the largest batch, in bytes.</summary>
    public async Task LimitAsync(string topic, int bytes)
    {
        using var admin = Admin();
        var limit = new ConfigEntry { Name = "max.message.bytes", Value = bytes.ToString(CultureInfo.InvariantCulture), IncrementalOperation = AlterConfigOpType.Set };
        await admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>> { [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = [limit] },
            new IncrementalAlterConfigsOptions { RequestTimeout = s_adminDeadline });
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).SetLogHandler((_, _) => { }).Build();

    public ProducerConfig ProducerConfig() => ClientConfigs.Producer(Bootstrap);

    public ConsumerConfig ConsumerConfig(string group) => new(ClientConfigs.Consumer(Bootstrap, group)) { SessionTimeoutMs = 6000 };

    /// <summary>kill -9. Its data stay.</summary>
    public async Task KillAsync()
    {
        await ScriptAsync("kill");

        // The process counts as gone while its last threads still hold the port, and the script would not start it again on a port that is taken.
        var waited = Stopwatch.StartNew();
        while (await IsListeningAsync() && waited.Elapsed < s_adminDeadline)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Starts it again after <see cref="KillAsync"/> and waits until it serves.</summary>
    public Task ResumeAsync() => ScriptAsync("resume");

    /// <summary>SIGSTOP: connections stay, nothing answers.</summary>
    public Task PauseAsync() => ScriptAsync("pause");

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync() => ScriptAsync("cont");

    public async Task DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Null, or why it did not start.</summary>
    private async Task<string?> StartAsync()
    {
        var start = Command("/bin/sh", ["-c", Hold, "sh", _script]);
        start.RedirectStandardInput = true;
        _holder = Process.Start(start)!;
        var error = _holder.StandardError.ReadToEndAsync();
        var line = await _holder.StandardOutput.ReadLineAsync().WaitAsync(s_startDeadline, TimeProvider.System);
        if (line is not null)
        {
            _bootstrap = line.Trim();
            return null;
        }

        await StopAsync();
        return await error;
    }

    private async Task StopAsync()
    {
        if (_holder is not null)
        {
            await HeldServer.LetGoAsync(_holder);
            _holder = null;
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ScriptAsync(string verb)
    {
        Require();
        using var process = Process.Start(Command(_script, [verb]))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"kafka {verb} failed: {await output}{await error}");
        }
    }

    private ProcessStartInfo Command(string file, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KAFKA_DATA"] = _folder;
        start.Environment["KAFKA_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        start.Environment["KAFKA_NODES"] = "1";
        return start;
    }
}

[CollectionDefinition(Name)]
public sealed class RealKafkaCollection : ICollectionFixture<RealKafkaFixture>
{
    public const string Name = "Kafka";
}
