using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>P/Invokes of the mock cluster (<c>rdkafka_mock.h</c>, an API that librdkafka calls experimental).</summary>
internal static unsafe partial class LibrdkafkaMock
{
    /// <summary><c>RD_KAFKA_PRODUCER</c>.</summary>
    internal const int Producer = 0;

    /// <summary>Owns <paramref name="conf"/> when it succeeds; 0: failed, the reason stands in <paramref name="error"/>.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_new")]
    internal static partial nint New(int type, nint conf, byte* error, nuint errorSize);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_destroy")]
    internal static partial void Destroy(nint client);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_cluster_new")]
    internal static partial nint ClusterNew(nint client, int brokers);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    internal static partial void ClusterDestroy(nint cluster);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    internal static partial nint ClusterBootstraps(nint cluster);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode TopicCreate(nint cluster, string topic, int partitions, int replication);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode TopicDelete(nint cluster, string topic);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_topic_set_error", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void TopicSetError(nint cluster, string topic, ErrorCode error);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode PartitionDeleteRecords(nint cluster, string topic, int partition, long before);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode PartitionSetLeader(nint cluster, string topic, int partition, int broker);

    // The array, not the C varargs, whose calling convention differs between platforms.
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    internal static partial void PushRequestErrors(nint cluster, short apiKey, nuint count, ErrorCode* errors);

    // C varargs, of which there is no array: right where integers among them are passed as others are (Linux, Windows).
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_broker_push_request_error_rtts")]
    internal static partial ErrorCode BrokerPushRequestErrorRtt(nint cluster, int broker, short apiKey, nuint one, ErrorCode error, int milliseconds);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_clear_request_errors")]
    internal static partial void ClearRequestErrors(nint cluster, short apiKey);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_broker_set_down")]
    internal static partial ErrorCode BrokerSetDown(nint cluster, int broker);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_broker_set_up")]
    internal static partial ErrorCode BrokerSetUp(nint cluster, int broker);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    internal static partial ErrorCode BrokerSetRtt(nint cluster, int broker, int milliseconds);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void BrokerSetHostPort(nint cluster, int broker, string host, int port);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    internal static partial void GroupInitialRebalanceDelay(nint cluster, int milliseconds);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_set_group_consumer_session_timeout_ms")]
    internal static partial void GroupConsumerSessionTimeout(nint cluster, int milliseconds);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_set_group_consumer_heartbeat_interval_ms")]
    internal static partial void GroupConsumerHeartbeatInterval(nint cluster, int milliseconds);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_set_controller_id")]
    internal static partial void SetControllerId(nint cluster, int id);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_start_request_tracking")]
    internal static partial void StartRequestTracking(nint cluster);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_get_requests")]
    internal static partial nint* GetRequests(nint cluster, out nuint count);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_request_api_key")]
    internal static partial short RequestApiKey(nint request);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_mock_request_destroy_array")]
    internal static partial void RequestDestroyArray(nint* requests, nuint count);
}
