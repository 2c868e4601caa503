using System.Text;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>Records in binary mode as librdkafka holds them once they are fetched, to be copied as often as a test likes.</summary>
internal sealed class NativeRecords : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly NativeReader _reader;
    private readonly List<nint> _messages = [];

    private NativeRecords(MockKafkaFixture kafka, string topic, int count)
    {
        _consumer = new ConsumerBuilder<Ignore, Ignore>(kafka.ConsumerConfig("native")).SetLogHandler((_, _) => { }).Build();
        _consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        _reader = new NativeReader(_consumer, count);
        Read(count);
    }

    public int Count => _messages.Count;

    public static string Id(int number) => $"0b1f6a52-5f7c-4d59-9a4c-{number:d12}";

    /// <summary>A JSON string.</summary>
    public static byte[] Data(int number, int bytes) => Encoding.UTF8.GetBytes($"\"{number.ToString($"d{bytes - 2}", null)}\"");

    /// <param name="more">Headers as <c>name=value</c>.</param>
    public static async Task<NativeRecords> ReadAsync(MockKafkaFixture kafka, int count, int dataBytes, string[] more)
    {
        var topic = kafka.CreateTopic(partitions: 1);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ProducerConfig()) { LingerMs = 5 }).SetLogHandler((_, _) => { }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.ProduceAsync(topic, Message(i, dataBytes, more))));
        return new NativeRecords(kafka, topic, count);
    }

    public unsafe void AddTo(BatchBuilder builder, int index) => builder.Add((NativeMessage*)_messages[index]);

    public unsafe void Dispose()
    {
        foreach (var message in _messages)
        {
            Librdkafka.MessageDestroy((NativeMessage*)message);
        }

        _reader.Dispose();
        _consumer.Dispose();
    }

    private static Message<byte[], byte[]> Message(int number, int dataBytes, string[] more)
    {
        string[] headers = ["ce_specversion=1.0", $"ce_id={Id(number)}", "ce_source=https://shop.test/a/long/source", "ce_type=test.shop.order.placed", "content-type=application/json", .. more];
        var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"order-{number:d3}"), Value = Data(number, dataBytes), Headers = [] };
        foreach (var parts in headers.Select(h => h.Split('=', 2)))
        {
            message.Headers.Add(parts[0], Encoding.UTF8.GetBytes(parts[1]));
        }

        return message;
    }

    private unsafe void Read(int count)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (_messages.Count < count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_deadline, $"{_messages.Count} records came.");
            var read = _reader.Read(count - _messages.Count, 500);
            for (var i = 0; i < read; i++)
            {
                Assert.Equal(ErrorCode.NoError, _reader[i]->Error);
                _messages.Add((nint)_reader[i]);
            }
        }
    }
}
