using System.Runtime.InteropServices;
using ActorEvents.Events.Codecs;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>A record for a topic.</summary>
/// <param name="Partition">Null: by the key, as Java does; without a key at random.</param>
internal readonly record struct ProducerRecord(string Topic, EncodedRecord Record, int? Partition = null)
{
    /// <summary>Key and value alone.</summary>
    public ProducerRecord(string topic, byte[]? key, byte[]? value)
        : this(topic, new EncodedRecord(key, [], value, value is not null))
    {
    }

    internal TopicPartition Target => new(Topic, Partition is { } partition ? new Partition(partition) : Confluent.Kafka.Partition.Any);

    internal Message<byte[]?, byte[]?> ToMessage()
    {
        Headers? headers = null;
        if (Record.Headers.Count > 0)
        {
            headers = [];
            for (var i = 0; i < Record.Headers.Count; i++)
            {
                headers.Add(Record.Headers[i].Key, Record.Headers[i].Value);
            }
        }

        return new Message<byte[]?, byte[]?> { Key = Record.Key, Value = Record.HasValue ? Bytes(Record.Value) : null, Headers = headers };
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : memory.ToArray();
}
