using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka;

/// <summary>
/// A mock cluster of one broker in this process. Tests of one class share it and make topics of their own: <c>IClassFixture&lt;MockKafkaFixture&gt;</c>; a test that
/// takes the broker down makes one for itself: <c>using var kafka = new MockKafkaFixture()</c>. Not for transactions and read_committed, which the mock only
/// pretends to have; and never ListConsumerGroups or DeleteGroups, which end the calling process.
/// </summary>
public sealed class MockKafkaFixture : IDisposable
{
    /// <summary>Rebalances of KIP-848 groups take about this long.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan s_sessionTimeout = TimeSpan.FromSeconds(2);

    private int _topics;

    public MockKafkaFixture()
    {
        Cluster = new MockCluster();
        Cluster.SetGroupConsumerHeartbeat(s_heartbeat);
        Cluster.SetGroupConsumerSessionTimeout(s_sessionTimeout);
    }

    public string Bootstrap => Cluster.Bootstrap;

    /// <summary>Faults: PushErrors, BrokerDown, BrokerUp, SetRtt, SetTopicError, DeleteRecords.</summary>
    internal MockCluster Cluster { get; }

    /// <summary>A new topic with a name that no other test has.</summary>
    public string CreateTopic(int partitions = 4, string prefix = "topic")
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _topics)}";
        Cluster.CreateTopic(name, partitions);
        return name;
    }

    public void CreateTopic(string name, int partitions) => Cluster.CreateTopic(name, partitions);

    public ProducerConfig ProducerConfig() => ClientConfigs.Producer(Bootstrap);

    /// <summary>
    /// An empty fetch of the mock is held for its whole time, so that time is short. The classic protocol with the shortest rebalances the mock has.
    /// </summary>
    public ConsumerConfig ConsumerConfig(string group) => new(ClientConfigs.Consumer(Bootstrap, group))
    {
        FetchWaitMaxMs = 10,
        SessionTimeoutMs = 1500,
        HeartbeatIntervalMs = 300,
        TopicMetadataRefreshIntervalMs = 1000,
    };

    public void Dispose() => Cluster.Dispose();
}
