using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Relay;
using Confluent.Kafka;
using static ActorEvents.Tests.Kafka.Destinations.DestinationKit;

namespace ActorEvents.Tests.Kafka.Destinations;

public sealed class DestinationRecordTests
{
    [Fact]
    public async Task What_arrives_is_byte_for_byte_the_record_that_the_encoder_makes()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        EventEnvelope[] events =
        [
            Event("whole", "key-ö", [1, 2, 3], [new("tenant", "nörd")]),
            Event("empty", "", []),
            Event("tombstone", "key-ö", null),
            Event("keyless", null, [0]),
            Event("larger than the buffer", "key", new byte[50_000], [.. Enumerable.Range(0, 100).Select(i => new KeyValuePair<string, string>($"x{i}", new string('ä', 100)))]),
            Event("small again", "key", [9]),
        ];
        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync([.. events.Select(e => new RelayRecord(topic, e))]));

        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(ClientConfigs.Consumer(kafka.Bootstrap, "reader")).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        foreach (var e in events)
        {
            Assert.True(RecordEncoder.TryEncodeBinary(e, out var expected, out _));
            var message = consumer.Consume(Deadline).Message;
            Assert.Equal(expected.Key, message.Key);
            Assert.Equal(expected.HasValue ? expected.Value.ToArray() : null, message.Value);
            Assert.Equal(expected.Headers.Select(h => (h.Key, Convert.ToHexString(h.Value))), message.Headers.Select(h => (h.Key, Convert.ToHexString(h.GetValueBytes()))));
        }
    }

    [Fact]
    public async Task An_event_that_could_not_be_read_back_is_refused_and_the_others_arrive()
    {
        using var kafka = new MockKafkaFixture();
        var topic = kafka.CreateTopic(1);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        await kit.IdAsync(topic);
        var refusal = Assert.Single(await kit.PublishAsync(Record(topic, 0), new RelayRecord(topic, Event("id", "a lone \ud800", [])), Record(topic, 1)));
        Assert.Equal(1, refusal.Index);
        Assert.Equal([0, 1], kit.Read(topic));
    }

    private static EventEnvelope Event(string id, string? key, byte[]? data, params KeyValuePair<string, string>[] extensions) => new()
    {
        Id = id,
        Source = "/actor-events/test",
        Type = "test.said",
        Subject = "süß",
        Time = "2026-11-30T10:00:00Z",
        DataContentType = "application/octet-stream",
        Key = key,
        Origin = new EventOrigin("test", 7),
        Extensions = extensions,
        Data = data,
        HasData = data is not null,
    };
}
