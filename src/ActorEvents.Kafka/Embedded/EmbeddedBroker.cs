using System.Globalization;
using System.Net;
using ActorEvents.Kafka.Native;

namespace ActorEvents.Kafka.Embedded;

/// <summary>
/// Kafka without an installation: librdkafka's mock cluster behind a forwarder on a fixed loopback port, in this process. What fails inside the mock
/// ends the process, so a node starts it as a child (<see cref="EmbeddedBrokerProcess"/>). Its limits: <see cref="EmbeddedBrokerLimits"/>.
/// </summary>
internal sealed class EmbeddedBroker : IAsyncDisposable
{
    private const string Host = "127.0.0.1";

    // Groups of the new protocol (KIP-848): a lost member is replaced within about the session time-out, and each step of a rebalance takes one heartbeat.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_sessionTimeout = TimeSpan.FromSeconds(2);

    private readonly List<TcpForwarder> _forwarders;
    private readonly MockCluster _cluster;

    private EmbeddedBroker(List<TcpForwarder> forwarders, MockCluster cluster)
    {
        _forwarders = forwarders;
        _cluster = cluster;
        BootstrapServers = string.Join(',', forwarders.Select(f => FormattableString.Invariant($"{Host}:{f.Port}")));
    }

    /// <summary>What clients connect to: <c>127.0.0.1:port</c>, comma-separated where there are several brokers.</summary>
    public string BootstrapServers { get; }

    internal IReadOnlyList<TcpForwarder> Forwarders => _forwarders;

    /// <summary>Starts it. The ports are taken first, so an occupied one costs nothing.</summary>
    /// <param name="options">Port, brokers, topics.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Gets one line for people when something goes wrong later.</param>
    /// <exception cref="EmbeddedBrokerException">An option is out of range, or a port is taken.</exception>
    /// <exception cref="InvalidOperationException">librdkafka is missing or too old.</exception>
    public static async Task<EmbeddedBroker> StartAsync(EmbeddedBrokerOptions options, TimeProvider time, Action<string> report)
    {
        options.Validate();
        var forwarders = new List<TcpForwarder>(options.Brokers);
        MockCluster? cluster = null;
        try
        {
            for (var i = 0; i < options.Brokers; i++)
            {
                forwarders.Add(TcpForwarder.ListenOn(options.Port == 0 ? 0 : options.Port + i, time, report));
            }

            cluster = new MockCluster(options.Brokers);
            cluster.SetGroupConsumerHeartbeat(s_heartbeat);
            cluster.SetGroupConsumerSessionTimeout(s_sessionTimeout);
            foreach (var (topic, partitions) in options.Topics)
            {
                cluster.CreateTopic(topic, partitions);
            }

            Connect(forwarders, cluster);
            return new EmbeddedBroker(forwarders, cluster);
        }
        catch
        {
            foreach (var forwarder in forwarders)
            {
                await forwarder.DisposeAsync();
            }

            cluster?.Dispose();
            throw;
        }
    }

    /// <summary>Ends it. Its records are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var forwarder in _forwarders)
        {
            await forwarder.DisposeAsync();
        }

        _cluster.Dispose();
    }

    private static void Connect(List<TcpForwarder> forwarders, MockCluster cluster)
    {
        var upstreams = cluster.Bootstrap.Split(',');
        for (var i = 0; i < forwarders.Count; i++)
        {
            var port = int.Parse(upstreams[i].AsSpan(upstreams[i].LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
            cluster.SetHostPort(i + 1, Host, forwarders[i].Port);
            forwarders[i].Start(new IPEndPoint(IPAddress.Loopback, port));
        }
    }
}
