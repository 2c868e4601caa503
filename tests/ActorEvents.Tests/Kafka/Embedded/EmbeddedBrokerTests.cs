using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorEvents.Kafka.Embedded;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Tests.Kafka.Embedded;

public sealed class EmbeddedBrokerTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<string> _reports = [];

    [Fact]
    public async Task Clients_reach_it_on_the_announced_port_only_and_read_in_a_group_what_was_produced()
    {
        await using var broker = await StartAsync("orders", 16);
        using (var admin = Admin(broker))
        {
            var metadata = admin.GetMetadata("orders", s_deadline);
            Assert.Equal(broker.BootstrapServers, Assert.Single(metadata.Brokers.Select(b => $"{b.Host}:{b.Port}")));
            Assert.Equal(16, Assert.Single(metadata.Topics).Partitions.Count);
        }

        const int count = 1000;
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build())
        {
            for (var i = 0; i < count; i++)
            {
                producer.Produce("orders", new Message<string, string> { Key = Text(i), Value = Text(i) });
            }

            producer.Flush(s_deadline);
        }

        foreach (var protocol in (GroupProtocol[])[GroupProtocol.Classic, GroupProtocol.Consumer])
        {
            Assert.Equal(count, ReadInGroup(broker, protocol, count).Count);
        }

        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Several_brokers_are_each_reached_on_a_port_of_their_own()
    {
        await using var broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions { Port = 0, Brokers = 3, Topics = ImmutableSortedDictionary<string, int>.Empty.Add("spread", 60) },
            TimeProvider.System,
            _reports.Enqueue);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        for (var partition = 0; partition < 60; partition++)
        {
            await producer.ProduceAsync(new TopicPartition("spread", partition), new Message<Null, string> { Value = "v" });
        }

        using var admin = Admin(broker);
        var metadata = admin.GetMetadata("spread", s_deadline);
        Assert.Equal(
            broker.BootstrapServers.Split(',').Order(StringComparer.Ordinal),
            metadata.Brokers.Select(b => $"{b.Host}:{b.Port}").Order(StringComparer.Ordinal));

        // Leaders are drawn by lot.
        Assert.Equal(3, metadata.Topics[0].Partitions.Select(p => p.Leader).Distinct().Count());
    }

    [Fact]
    public async Task Each_start_makes_new_topic_ids()
    {
        var port = FreePort();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 0; start < 3; start++)
        {
            await using var broker = await StartAsync("orders", 1, port);
            Assert.Equal(Invariant($"127.0.0.1:{port}"), broker.BootstrapServers);
            using var admin = Admin(broker);
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(["orders"]), new DescribeTopicsOptions { RequestTimeout = s_deadline });
            ids.Add(Assert.Single(described.TopicDescriptions).TopicId.ToString());
        }

        Assert.Equal(3, ids.Count);
    }

    [Fact]
    public async Task An_occupied_port_is_named_with_the_setting_to_change()
    {
        using var occupier = new TcpListener(IPAddress.Loopback, 0);
        occupier.Start();
        var port = ((IPEndPoint)occupier.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<EmbeddedBrokerException>(() => StartAsync("orders", 1, port));

        Assert.Contains(Invariant($"Port {port} "), refused.Message, StringComparison.Ordinal);
        Assert.Contains("already in use", refused.Message, StringComparison.Ordinal);
        Assert.Contains("kafka.embedded.port", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_occupied_on_all_interfaces_is_refused_too()
    {
        using var occupier = new TcpListener(IPAddress.Any, 0);
        occupier.Start();

        await Assert.ThrowsAsync<EmbeddedBrokerException>(() => StartAsync("orders", 1, ((IPEndPoint)occupier.LocalEndpoint).Port));
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_anything_starts()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedBrokerException>(() => StartAsync("orders", 0));

        Assert.Contains("orders = 0", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Kcat_produces_and_reads_records_with_keys_and_headers()
    {
        Kcat.Require();
        await using var broker = await StartAsync("orders", 4);
        var lines = string.Concat(Enumerable.Range(0, 10_000).Select(i => Invariant($"k{i % 100}|v{i}\n")));

        await Kcat.RunAsync(["-P", "-b", broker.BootstrapServers, "-t", "orders", "-K", "|", "-H", "source=kcat"], lines);
        var read = await Kcat.RunAsync(["-C", "-b", broker.BootstrapServers, "-t", "orders", "-e", "-q", "-f", "%k|%s|%h\\n"]);

        var records = read.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('|')).ToList();
        Assert.Equal(10_000, records.Count);
        Assert.All(records, r => Assert.Equal("source=kcat", r[2]));
        foreach (var key in records.GroupBy(r => r[0], StringComparer.Ordinal))
        {
            var values = key.Select(r => int.Parse(r[1].AsSpan(1), CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(100, values.Count);
            Assert.Equal(values.Order(), values);
        }
    }

    [SkippableFact]
    public async Task A_client_killed_in_mid_transfer_leaves_the_broker_usable()
    {
        Kcat.Require();
        await using var broker = await StartAsync("orders", 1);
        var payload = Encoding.ASCII.GetBytes(new string('x', 99) + "\n");
        for (var round = 0; round < 3; round++)
        {
            var before = High(broker);
            using var killed = Kcat.Start(["-P", "-b", broker.BootstrapServers, "-t", "orders", "-X", "linger.ms=0"]);
            var feeding = FeedAsync(killed.StandardInput.BaseStream, payload);
            await Poll.UntilAsync(() => High(broker) > before, "records of the client to be killed arrive");
            killed.Kill();
            await killed.WaitForExitAsync();
            await feeding;
        }

        // And one that dies in the middle of a request frame: it announces 1,000,000 bytes and sends 4.
        using (var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await raw.ConnectAsync(IPEndPoint.Parse(broker.BootstrapServers));
            await raw.SendAsync(new byte[] { 0, 0x0F, 0x42, 0x40, 0, 0, 0, 9 });
            raw.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        await Poll.UntilAsync(() => broker.Forwarders[0].Connections == 0, "the killed clients' connections are given up");
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        var sent = await producer.ProduceAsync("orders", new Message<Null, string> { Value = "after" }).WaitAsync(s_deadline, TimeProvider.System);
        using var consumer = Consumer(broker, GroupProtocol.Classic);
        consumer.Assign(sent.TopicPartitionOffset);
        Assert.Equal("after", consumer.Consume(s_deadline).Message.Value);
    }

    private static async Task FeedAsync(Stream input, byte[] line)
    {
        try
        {
            while (true)
            {
                await input.WriteAsync(line);
            }
        }
        catch (IOException)
        {
            // The reader was killed.
        }
    }

    private static long High(EmbeddedBroker broker)
    {
        using var consumer = Consumer(broker, GroupProtocol.Classic);
        return consumer.QueryWatermarkOffsets(new TopicPartition("orders", 0), s_deadline).High.Value;
    }

    private static HashSet<string> ReadInGroup(EmbeddedBroker broker, GroupProtocol protocol, int count)
    {
        using var consumer = Consumer(broker, protocol);
        consumer.Subscribe("orders");
        var read = new HashSet<string>(StringComparer.Ordinal);
        using var deadline = new CancellationTokenSource(s_deadline);
        while (read.Count < count)
        {
            Assert.True(read.Add(consumer.Consume(deadline.Token).Message.Value));
        }

        consumer.Close();
        return read;
    }

    private static IConsumer<string, string> Consumer(EmbeddedBroker broker, GroupProtocol protocol)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = protocol.ToString(),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 10,
            GroupProtocol = protocol,
        };
        return new ConsumerBuilder<string, string>(config).Build();
    }

    private static IAdminClient Admin(EmbeddedBroker broker)
        => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();

    private Task<EmbeddedBroker> StartAsync(string topic, int partitions, int port = 0) => EmbeddedBroker.StartAsync(
        new EmbeddedBrokerOptions { Port = port, Topics = ImmutableSortedDictionary<string, int>.Empty.Add(topic, partitions) },
        TimeProvider.System,
        _reports.Enqueue);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
