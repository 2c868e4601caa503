using System.Globalization;
using System.Text;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Writing;
using ActorEvents.Kafka.Destinations.Transactions;
using ActorEvents.Tests.Journal.Faults;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Destinations.Transactions;

/// <summary>Rounds from <c>ACTOREVENTS_TEST_FAULTS</c>.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class KilledRelayTests(RealKafkaFixture kafka) : IDisposable
{
    private const int Entities = 7, RowsARound = 300;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-relay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Killed_at_each_step_of_its_transactions_it_publishes_each_event_once_and_in_order()
    {
        kafka.Require();
        var rounds = FaultRun.Times;
        var (file, topic) = (Path.Combine(_folder, "journal.db"), await kafka.CreateTopicAsync(3));
        var row = 0;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var step in Enum.GetValues<TransactionStep>())
            {
                await AppendAsync(file, topic, row, RowsARound);
                row += RowsARound;
                Assert.Equal(RelayProcess.Killed, await RelayProcess.StartAsync(file, kafka.Bootstrap, step, 1 + (round % 2)));
            }
        }

        Assert.Equal(0, await RelayProcess.StartAsync(file, kafka.Bootstrap));
        var read = Read(topic);
        Assert.Equal(row, read.Sum(r => r.Value.Count));
        Assert.All(read, r => Assert.Equal(Enumerable.Range(1, r.Value.Count), r.Value));
    }

    private static async Task AppendAsync(string file, string topic, int from, int count)
    {
        await using var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = file }, TimeProvider.System, CancellationToken.None);
        Row[] rows = [.. Enumerable.Range(from, count).Select(i => new Row($"test/{i % Entities}", (i / Entities) + 1, topic))];
        foreach (var row in rows)
        {
            journal.Entities.Write(row);
        }

        await Task.WhenAll(rows.Select(r => r.Written));
    }

    /// <summary>For each key the numbers of its events that are committed, in their order.</summary>
    private Dictionary<string, List<int>> Read(string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig(ClientConfigs.Consumer(kafka.Bootstrap, "reader"))
        {
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(p => new TopicPartitionOffset(topic, p, 0)));
        var read = new Dictionary<string, List<int>>();
        for (var ends = 0; ends < 3;)
        {
            var result = consumer.Consume(DestinationKit.Deadline);
            Assert.NotNull(result);
            if (result.IsPartitionEOF)
            {
                ends++;
                continue;
            }

            if (!read.TryGetValue(result.Message.Key, out var numbers))
            {
                read.Add(result.Message.Key, numbers = []);
            }

            numbers.Add(int.Parse(Encoding.UTF8.GetString(result.Message.Value), CultureInfo.InvariantCulture));
        }

        return read;
    }

    private sealed class Row(string id, long number, string topic) : RowFact(id, number, Entry(number, topic), "test")
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public override void Durable() => _written.SetResult();

        public override void Failed(Exception cause) => _written.SetException(cause);

        private static byte[] Entry(long number, string topic) => EntryCodec.Write(new JournalEntry
        {
            StateEvents = [],
            Positions = [],
            Outgoing = [new(topic, "test.said", null, null, "text/plain", "2026-11-26T10:00:00Z", Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)))],
        });
    }
}
