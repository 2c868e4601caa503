using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>
/// librdkafka's mock cluster in this process: real Kafka protocol on random loopback ports, on a thread of its own, in memory only. Starts in some 20 ms.
/// A failed assertion inside it ends the process; the node therefore runs it in a child (<c>Embedded/</c>), tests in their own process.
/// </summary>
internal sealed unsafe class MockCluster : IDisposable
{
    /// <summary>ApiKeys of the requests that faults are most often wanted for.</summary>
    internal const short Produce = 0, Fetch = 1, ListOffsets = 2, Metadata = 3, OffsetCommit = 8, OffsetFetch = 9,
        FindCoordinator = 10, JoinGroup = 11, Heartbeat = 12, ConsumerGroupHeartbeat = 68;

    private readonly Lock _lock = new();
    private nint _client;
    private nint _cluster;

    /// <param name="brokers">1 or more; their ids are 1, 2, ...</param>
    /// <exception cref="InvalidOperationException">librdkafka is missing, too old, or cannot start the cluster.</exception>
    public MockCluster(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        KafkaNative.EnsureVersion();
        const int size = 512;
        var error = stackalloc byte[size];
        var conf = Librdkafka.ConfNew();

        // Warnings and worse, on standard error: below them is a notice at each start that this client, which connects to nothing, has no servers.
        if (Librdkafka.ConfSet(conf, "log_level", "4", error, size) == 0)
        {
            _client = LibrdkafkaMock.New(LibrdkafkaMock.Producer, conf, error, size);
        }

        if (_client == 0)
        {
            Librdkafka.ConfDestroy(conf);
            throw new InvalidOperationException("The client that holds the mock cluster cannot be made: " + Marshal.PtrToStringUTF8((nint)error));
        }

        _cluster = LibrdkafkaMock.ClusterNew(_client, brokers);
        if (_cluster == 0)
        {
            LibrdkafkaMock.Destroy(_client);
            _client = 0;
            throw new InvalidOperationException($"librdkafka's mock cluster of {brokers} brokers cannot be started: no free loopback port, or no free file descriptor.");
        }

        Brokers = brokers;
        Bootstrap = Marshal.PtrToStringUTF8(LibrdkafkaMock.ClusterBootstraps(_cluster))!;

        // 0, the default, is no broker: each request to the controller would run into its time-out.
        LibrdkafkaMock.SetControllerId(_cluster, 1);

        // The default, 3 s, is for clusters whose members start one after the other.
        LibrdkafkaMock.GroupInitialRebalanceDelay(_cluster, 0);
    }

    public int Brokers { get; }

    /// <summary><c>127.0.0.1:port</c> of each broker, comma-separated, in the order of their ids. Not changed by <see cref="SetHostPort"/>.</summary>
    public string Bootstrap { get; }

    /// <exception cref="KafkaException">The topic exists.</exception>
    public void CreateTopic(string name, int partitions)
    {
        // The mock itself makes a topic without partitions, and its clients wait for one for ever.
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Check(c => LibrdkafkaMock.TopicCreate(c, name, partitions, Math.Min(Brokers, 3)), $"Topic '{name}' cannot be created");
    }

    /// <summary>Removes topic and data. A producer re-creates it, with a new id, at its next request for metadata.</summary>
    public void DeleteTopic(string name) => Check(c => LibrdkafkaMock.TopicDelete(c, name), $"Topic '{name}' cannot be deleted");

    /// <summary>Every request for this topic's metadata says <paramref name="error"/>, until it is set to <see cref="ErrorCode.NoError"/>.</summary>
    public void SetTopicError(string name, ErrorCode error) => Do(c => LibrdkafkaMock.TopicSetError(c, name, error));

    /// <summary>Drops what precedes <paramref name="before"/>, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long before)
        => Check(c => LibrdkafkaMock.PartitionDeleteRecords(c, topic, partition, before), $"Records of '{topic}' [{partition}] cannot be deleted");

    public void SetLeader(string topic, int partition, int broker)
        => Check(c => LibrdkafkaMock.PartitionSetLeader(c, topic, partition, broker), $"Broker {broker} cannot lead '{topic}' [{partition}]");

    /// <summary>
    /// The next requests of this kind fail with these errors, in order, before they have any effect. <see cref="ErrorCode.Local_Transport"/> closes the connection.
    /// </summary>
    public void PushErrors(short apiKey, params ErrorCode[] errors) => Do(c =>
    {
        fixed (ErrorCode* first = errors)
        {
            LibrdkafkaMock.PushRequestErrors(c, apiKey, (nuint)errors.Length, first);
        }
    });

    /// <summary>The next request of this kind is answered so much later, and with it all that the broker answers behind it on that connection.</summary>
    public void HoldAnswer(int broker, short apiKey, TimeSpan time) => Check(
        c => LibrdkafkaMock.BrokerPushRequestErrorRtt(c, broker, apiKey, 1, ErrorCode.NoError, Milliseconds(time)), $"An answer of broker {broker} cannot be held");

    public void ClearErrors(short apiKey) => Do(c => LibrdkafkaMock.ClearRequestErrors(c, apiKey));

    /// <summary>Closes the broker's connections and refuses new ones. -1: all brokers.</summary>
    public void BrokerDown(int broker = -1) => Check(c => LibrdkafkaMock.BrokerSetDown(c, broker), $"Broker {broker} cannot be set down");

    public void BrokerUp(int broker = -1) => Check(c => LibrdkafkaMock.BrokerSetUp(c, broker), $"Broker {broker} cannot be set up");

    /// <summary>Delays each response of the broker (-1: of all).</summary>
    public void SetRtt(int broker, TimeSpan rtt) => Check(c => LibrdkafkaMock.BrokerSetRtt(c, broker, Milliseconds(rtt)), $"The RTT of broker {broker} cannot be set");

    /// <summary>What metadata says as the broker's address; it goes on listening where it does. For a forwarder in front.</summary>
    public void SetHostPort(int broker, string host, int port) => Do(c => LibrdkafkaMock.BrokerSetHostPort(c, broker, host, port));

    /// <summary>Classic groups: how long the first join of an empty group waits for others. 0 here.</summary>
    public void SetInitialRebalanceDelay(TimeSpan delay) => Do(c => LibrdkafkaMock.GroupInitialRebalanceDelay(c, Milliseconds(delay)));

    /// <summary>KIP-848 groups: default 3 s, and rebalances take as long; 200 ms for tests.</summary>
    public void SetGroupConsumerHeartbeat(TimeSpan interval) => Do(c => LibrdkafkaMock.GroupConsumerHeartbeatInterval(c, Milliseconds(interval)));

    /// <summary>KIP-848 groups: after how long without a heartbeat a member is out.</summary>
    public void SetGroupConsumerSessionTimeout(TimeSpan timeout) => Do(c => LibrdkafkaMock.GroupConsumerSessionTimeout(c, Milliseconds(timeout)));

    /// <summary>From now on every request is remembered, without bound: for tests only.</summary>
    public void TrackRequests() => Do(LibrdkafkaMock.StartRequestTracking);

    /// <summary>How many requests of this kind came since <see cref="TrackRequests"/>.</summary>
    public int CountRequests(short apiKey)
    {
        var found = 0;
        Do(c =>
        {
            var requests = LibrdkafkaMock.GetRequests(c, out var count);
            for (nuint i = 0; i < count; i++)
            {
                found += LibrdkafkaMock.RequestApiKey(requests[i]) == apiKey ? 1 : 0;
            }

            LibrdkafkaMock.RequestDestroyArray(requests, count);
        });
        return found;
    }

    /// <summary>Ends the cluster; what it held is gone. Takes some 150 ms.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_cluster != 0)
            {
                LibrdkafkaMock.ClusterDestroy(_cluster);
                LibrdkafkaMock.Destroy(_client);
                _cluster = _client = 0;
            }
        }
    }

    private static int Milliseconds(TimeSpan time) => checked((int)time.TotalMilliseconds);

    // Under the lock, because a call on a destroyed cluster ends the process.
    private void Do(Action<nint> call)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            call(_cluster);
        }
    }

    private void Check(Func<nint, ErrorCode> call, string failed)
    {
        var code = ErrorCode.NoError;
        Do(c => code = call(c));
        if (code != ErrorCode.NoError)
        {
            throw new KafkaException(new Error(code, $"{failed}: {code.GetReason()}"));
        }
    }
}
