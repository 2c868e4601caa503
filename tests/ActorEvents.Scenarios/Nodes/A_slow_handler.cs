using ActorEvents.Tests.Kafka;
using Xunit.Abstractions;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>
/// Full topics and a handler that takes 100 ms an event: what the node holds is bounded by its settings, not by what waits in the topic, and its member of
/// the group stays.
/// </summary>
public sealed class A_slow_handler(RealKafkaFixture kafka, ITestOutputHelper output) : NodeScenario, IClassFixture<RealKafkaFixture>
{
    private const int Partitions = 4, MiB = 1024 * 1024;

    /// <summary>For so long memory is looked at, after half of it as warm-up: 60 where the bound is measured.</summary>
    private static int Seconds => Setting("ACTOREVENTS_TEST_SLOW_SECONDS", 8);

    /// <summary>What waits in the topic of the real broker, in MiB: 1,024 where the bound is measured.</summary>
    private static int TopicMiB => Setting("ACTOREVENTS_TEST_SLOW_TOPIC_MIB", 64);

    /// <summary>The mock keeps 5 MiB a partition, so the credits are small here: most of it must wait at the broker.</summary>
    [SkippableFact]
    public async Task On_the_embedded_broker_memory_does_not_grow_and_the_member_stays()
    {
        Kcat.Require();
        var bootstrap = await BrokerAsync();
        await FillAsync(bootstrap, bytes: 4 * MiB, keys: 4);

        await HoldsStillAsync(bootstrap, "--flow.max-events", "256", "--kafka.buffer-records", "256");
    }

    [SkippableFact]
    public async Task On_a_real_broker_memory_does_not_grow_and_the_member_stays()
    {
        Kcat.Require();
        await kafka.CreateTopicAsync(OrderLines.Topic, Partitions);
        await FillAsync(kafka.Bootstrap, bytes: TopicMiB / Partitions * MiB, keys: 32);

        await HoldsStillAsync(kafka.Bootstrap, "--kafka.session-timeout", "6 s");
    }

    /// <summary>Short deliveries, or the first would be answered after half a minute.</summary>
    private async Task HoldsStillAsync(string bootstrap, params string[] arguments)
    {
        var node = await UnfedNodeAsync(bootstrap, ["--shop.slow", "100 ms", "--delivery.max-events", "16", .. arguments]);
        await LinesAsync(node, 1);
        await ResidentAsync(node, Seconds / 2);
        var lines = (await CountsAsync(node)).Lines;
        var resident = await ResidentAsync(node, Seconds);
        output.WriteLine($"MiB each second: {string.Join(' ', resident.Select(r => r / MiB))}");

        var (first, last) = (resident[..(Seconds / 4)].Average(), resident[^(Seconds / 4)..].Average());
        Assert.True(last <= 1.25 * first, $"from {first / MiB:0} to {last / MiB:0} MiB: {string.Join(' ', resident.Select(r => r / MiB))}");
        Assert.True((await CountsAsync(node)).Lines > lines, "nothing was handled meanwhile");
        Assert.Single(node.Lines(output: false), l => l.Contains("Consumer group actor-events: assigned", StringComparison.Ordinal));
        Assert.All(
            ["revoked", "lost", "given up", "failed", "starts again"],
            word => Assert.DoesNotContain(node.Lines(output: false), l => l.Contains(word, StringComparison.Ordinal)));
        Assert.Equal(200, (await HealthAsync(node, "ready")).Code);
    }

    /// <summary>Resident bytes, once a second.</summary>
    private static async Task<long[]> ResidentAsync(NodeProcess node, int seconds)
    {
        var resident = new long[seconds];
        for (var i = 0; i < seconds; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            resident[i] = node.ResidentBytes();
        }

        return resident;
    }

    /// <summary>Lines of about 1 KiB, each partition with keys of its own.</summary>
    private async Task FillAsync(string bootstrap, int bytes, int keys)
    {
        var padding = new string('x', 900);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var file = Path.Combine(Data, "lines");
            await using (var lines = new StreamWriter(file))
            {
                for (var i = 0; lines.BaseStream.Position < bytes; i++)
                {
                    var key = $"I{partition}-{i % keys}";
                    var line = OrderLines.Line(key, $"P{i % 50}").Replace("}", $",\"Description\":\"{padding}\"}}", StringComparison.Ordinal);
                    await lines.WriteAsync($"{key}|{line}\n");
                }
            }

            await Kcat.RunAsync(["-b", bootstrap, "-P", "-t", OrderLines.Topic, "-p", $"{partition}", "-K", "|", "-l", file]);
        }
    }
}
