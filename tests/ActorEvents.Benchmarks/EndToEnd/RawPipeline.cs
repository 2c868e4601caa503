using ActorEvents.Benchmarks.Journals;
using ActorEvents.Benchmarks.Kafka;
using Confluent.Kafka;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>What a program without a framework would do on one thread: consume up to 1,000, insert them in one transaction, produce one record for each, go on.</summary>
internal sealed class RawPipeline(string bootstrap, string output, RawInserts rows) : IDisposable
{
    private const int Batch = 1_000;
    private readonly IProducer<byte[]?, byte[]> _producer = KafkaBench.RawProducer(bootstrap);
    private readonly byte[] _type = "bench.forwarded"u8.ToArray();
    private readonly byte[] _source = "/raw"u8.ToArray();
    private readonly byte[] _version = "1.0"u8.ToArray();
    private int _acknowledged;

    public Task<Round> RunAsync(string topic, int events)
    {
        KafkaBench.Fill(bootstrap, topic, events);
        return Task.Run(() => Run(topic, events));
    }

    public void Dispose() => _producer.Dispose();

    private async Task<Round> Run(string topic, int events)
    {
        using var consumer = KafkaBench.RawConsumer(bootstrap, topic);
        consumer.Subscribe(topic);
        ConsumeResult<byte[]?, byte[]?>? first;
        while ((first = consumer.Consume(TimeSpan.FromSeconds(1))) is null)
        {
            // Joining.
        }

        _acknowledged = 0;
        var round = await Alternating.TimeAsync(events, () =>
        {
            Loop(consumer, first, events);
            return Task.CompletedTask;
        });
        consumer.Close();
        return round;
    }

    private void Loop(IConsumer<byte[]?, byte[]?> consumer, ConsumeResult<byte[]?, byte[]?> first, int events)
    {
        var batch = new List<ConsumeResult<byte[]?, byte[]?>>(Batch) { first };
        var keys = new string[Batch];
        var message = new byte[KafkaBench.ValueBytes + 20];
        for (var taken = 0; taken < events; batch.Clear())
        {
            while (batch.Count < Batch && consumer.Consume(batch.Count == 0 ? TimeSpan.FromMilliseconds(100) : TimeSpan.Zero) is { } result)
            {
                batch.Add(result);
            }

            for (var i = 0; i < batch.Count; i++)
            {
                keys[i] = System.Text.Encoding.UTF8.GetString(batch[i].Message.Key!);
            }

            rows.Insert(keys.AsSpan(0, batch.Count), message);
            foreach (var result in batch)
            {
                KafkaBench.ProduceWaiting(_producer, output, Answer(result), _ => Interlocked.Increment(ref _acknowledged));
            }

            taken += batch.Count;
        }

        _producer.Flush(TimeSpan.FromSeconds(30));
        if (_acknowledged != events)
        {
            throw new InvalidOperationException($"{_acknowledged} of {events} records were acknowledged within 30 s.");
        }
    }

    private Message<byte[]?, byte[]> Answer(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Key = result.Message.Key,
        Value = result.Message.Value!,
        Headers = new Headers
        {
            { "ce_specversion", _version },
            { "ce_id", System.Text.Encoding.UTF8.GetBytes($"{result.Topic}/{result.Partition.Value}/{result.Offset.Value}") },
            { "ce_source", _source },
            { "ce_type", _type },
        },
    };
}
