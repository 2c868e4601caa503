using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>One record as librdkafka hands it out (<c>rd_kafka_message_t</c>). Its memory is librdkafka's until <see cref="Librdkafka.MessageDestroy"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    /// <summary>Not <see cref="ErrorCode.NoError"/>: no record but an event; then <see cref="Payload"/> is the error's text.</summary>
    public ErrorCode Error;

    /// <summary>The topic object, one for each topic and client: <see cref="Librdkafka.TopicName"/>.</summary>
    public nint Topic;

    public int Partition;

    /// <summary>Null: a tombstone.</summary>
    public byte* Payload;

    public nuint PayloadLength;

    /// <summary>Null: no key.</summary>
    public byte* Key;

    public nuint KeyLength;
    public long Offset;
    public nint Private;

    public readonly ReadOnlySpan<byte> PayloadSpan => new(Payload, checked((int)PayloadLength));

    public readonly ReadOnlySpan<byte> KeySpan => new(Key, checked((int)KeyLength));
}

/// <summary>
/// P/Invokes to read a consumer's queue in batches, past Confluent.Kafka's Consume, and to look at a configuration. Rebalance, error and statistics callbacks run
/// inside <see cref="ConsumeBatch"/>, on the thread that calls it, as they would inside Consume; what their handlers throw is lost, so they must not throw.
/// </summary>
internal static unsafe partial class Librdkafka
{
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint ConfNew();

    /// <summary>0: set. The reason of a refusal stands in <paramref name="error"/>.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ConfSet(nint conf, string name, string value, byte* error, nuint errorSize);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_conf_destroy")]
    internal static partial void ConfDestroy(nint conf);

    /// <summary>The client's consumer queue; give it back with <see cref="QueueDestroy"/> before the client is disposed.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial nint QueueGetConsumer(nint client);

    /// <summary>The queue of one assigned partition, 0 if there is none. Forward it to 0 before Assign to read it on its own.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_get_partition", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint QueueGetPartition(nint client, string topic, int partition);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_forward")]
    internal static partial void QueueForward(nint source, nint destination);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_length")]
    internal static partial nuint QueueLength(nint queue);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void QueueDestroy(nint queue);

    /// <summary>Makes a reader that waits in <see cref="ConsumeBatch"/> return.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_yield")]
    internal static partial void QueueYield(nint queue);

    /// <summary>Takes up to <paramref name="size"/> records; waits up to <paramref name="timeoutMs"/> for the first. -1: an error.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_consume_batch_queue")]
    internal static partial nint ConsumeBatch(nint queue, int timeoutMs, NativeMessage** messages, nuint size);

    /// <summary>Without a GC transition, which would cost more than the call: it only drops a reference count.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_message_destroy")]
    [SuppressGCTransition]
    internal static partial void MessageDestroy(NativeMessage* message);

    /// <summary>Milliseconds since 1970, -1 if there is none. <paramref name="type"/>: 0 none, 1 create time, 2 log append time.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    internal static partial long MessageTimestamp(NativeMessage* message, int* type);

    /// <summary>The record's headers, parsed at the first call. They belong to the message. <see cref="ErrorCode.Local_NoEnt"/>: none.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_message_headers")]
    internal static partial ErrorCode MessageHeaders(NativeMessage* message, out nint headers);

    /// <summary>Header <paramref name="index"/>; <see cref="ErrorCode.Local_NoEnt"/> past the last. Name (zero terminated) and value belong to the message.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_header_get_all")]
    [SuppressGCTransition]
    internal static partial ErrorCode HeaderGetAll(nint headers, nuint index, byte** name, byte** value, nuint* length);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_message_leader_epoch")]
    [SuppressGCTransition]
    internal static partial int MessageLeaderEpoch(NativeMessage* message);

    /// <summary>The topic's name, zero terminated UTF-8, owned by the topic object.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_name")]
    internal static partial nint TopicName(nint topic);

    /// <summary>
    /// The <c>rd_kafka_t</c> of a client. The caller must keep the client alive while it uses the value, and must not use it after Dispose:
    /// <see cref="SafeHandle.DangerousAddRef"/> does both.
    /// </summary>
    /// <exception cref="MissingMemberException">Confluent.Kafka no longer has the property that this reads.</exception>
    internal static SafeHandle HandleOf(IClient client)
    {
        var property = typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance);
        return property?.GetValue(client.Handle) as SafeHandle
            ?? throw new MissingMemberException(
                $"Confluent.Kafka {typeof(IClient).Assembly.GetName().Version} has no Handle.LibrdkafkaHandle: native queue reading needs the version this product was built with.");
    }
}
