using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>P/Invokes of a transactional producer. What returns an error returns 0 if there is none; it is to be given back with <see cref="LibrdkafkaProducer.ErrorDestroy"/>.</summary>
internal static partial class LibrdkafkaTransactions
{
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_init_transactions")]
    internal static partial nint Init(nint client, int timeoutMs);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_begin_transaction")]
    internal static partial nint Begin(nint client);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_send_offsets_to_transaction")]
    internal static partial nint SendOffsets(nint client, nint offsets, nint group, int timeoutMs);

    /// <summary>Waits for what is under way first. After an error that is retriable it is to be called again.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_commit_transaction")]
    internal static partial nint Commit(nint client, int timeoutMs);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_abort_transaction")]
    internal static partial nint Abort(nint client, int timeoutMs);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_error_is_retriable")]
    internal static partial int IsRetriable(nint error);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_error_is_fatal")]
    internal static partial int IsFatal(nint error);

    /// <summary>Zero-terminated, the error's.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_error_string")]
    internal static partial nint Text(nint error);

    /// <summary>Of a group without members: only offsets are stored under its name.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_consumer_group_metadata_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GroupNew(string name);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_consumer_group_metadata_destroy")]
    internal static partial void GroupDestroy(nint group);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static partial nint OffsetsNew(int size);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OffsetsAdd(nint offsets, string topic, int partition);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_partition_list_set_offset", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode OffsetsSet(nint offsets, string topic, int partition, long offset);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static partial void OffsetsDestroy(nint offsets);
}
