using System.Globalization;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Sources;

namespace ActorEvents.Kafka.Sources;

/// <summary>What the partitions of a source may hold in memory at most, against what the process has: every bound is one of a partition. Thread-safe.</summary>
/// <param name="available">Bytes that the process may use; of a container its limit.</param>
internal sealed class PartitionMemory(FlowOptions flow, KafkaClientOptions client, long available)
{
    private const long MiB = 1024 * 1024;

    private readonly long _queue = 1024 * long.Parse(client.Client.GetValueOrDefault("queued.max.messages.kbytes") ?? KafkaConsumerSettings.QueuedKilobytes, CultureInfo.InvariantCulture);
    private int _partitions;

    private long Each => flow.MaxBytes + client.BufferBytes + _queue;

    /// <summary>More partitions, or fewer.</summary>
    /// <returns>What is wrong now that there are more; null: nothing, or there are fewer.</returns>
    public string? Change(int partitions)
    {
        var now = Interlocked.Add(ref _partitions, partitions);
        return partitions <= 0 || now * Each <= available ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"its {now} partitions on this node may hold {now * Each / MiB} MiB ({Each / MiB} MiB each: flow.max-bytes {flow.MaxBytes / MiB}, kafka.buffer-bytes {client.BufferBytes / MiB}, queue of the client {_queue / MiB}), "
            + $"and this process may use {available / MiB} MiB. Where they have a backlog it may be ended for its memory: lower flow.max-bytes, kafka.buffer-bytes and kafka.client.queued.max.messages.kbytes, give it more memory, or run more nodes");
    }
}
