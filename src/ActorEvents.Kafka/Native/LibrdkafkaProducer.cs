using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>One field of a record that is produced (<c>rd_kafka_vu_t</c>); which, says <see cref="Type"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct NativeField
{
    public const int TopicType = 2;
    public const int ValueType = 4;
    public const int KeyType = 5;
    public const int OpaqueType = 6;
    public const int FlagsType = 7;
    public const int HeaderType = 9;

    /// <summary><c>RD_KAFKA_MSG_F_COPY</c>: key and value are copied before the call returns, as headers always are.</summary>
    public const int Copy = 2;

    [FieldOffset(0)]
    public int Type;

    [FieldOffset(8)]
    public int Flags;

    /// <summary>The topic, the opaque value, the first byte of key or value, or the header's zero-terminated name.</summary>
    [FieldOffset(8)]
    public nint Pointer;

    /// <summary>Of key or value.</summary>
    [FieldOffset(16)]
    public nuint Length;

    [FieldOffset(16)]
    public byte* HeaderValue;

    [FieldOffset(24)]
    public nint HeaderLength;
}

/// <summary>P/Invokes of a producer whose reports are read as events, many a call.</summary>
internal static unsafe partial class LibrdkafkaProducer
{
    internal const int Reports = 1;
    internal const int Errors = 8;

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_conf_set_events")]
    internal static partial void ConfSetEvents(nint conf, int events);

    /// <summary>0: nothing is logged.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_conf_set_log_cb")]
    internal static partial void ConfSetLog(nint conf, nint callback);

    /// <summary>With the defaults of the client where <paramref name="conf"/> is 0.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint TopicNew(nint client, string topic, nint conf);

    /// <summary>Before the client is destroyed, or that waits for it.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_topic_destroy")]
    internal static partial void TopicDestroy(nint topic);

    /// <summary>0: taken, and reported once. Else an error, to be given back with <see cref="ErrorDestroy"/>.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_produceva")]
    internal static partial nint Produce(nint client, NativeField* fields, nuint count);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_error_code")]
    internal static partial ErrorCode ErrorOf(nint error);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_error_destroy")]
    internal static partial void ErrorDestroy(nint error);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_flush")]
    internal static partial ErrorCode Flush(nint client, int timeoutMs);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_get_main")]
    internal static partial nint QueueGetMain(nint client);

    /// <summary>0: none within the time.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_queue_poll")]
    internal static partial nint QueuePoll(nint queue, int timeoutMs);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_event_type")]
    internal static partial int EventType(nint @event);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_event_destroy")]
    internal static partial void EventDestroy(nint @event);

    /// <summary>The next messages of an event of <see cref="Reports"/>; 0: no more. They are the event's.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_event_message_array")]
    internal static partial nuint EventMessages(nint @event, NativeMessage** messages, nuint size);

    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_event_error")]
    internal static partial ErrorCode EventError(nint @event);

    /// <summary>Zero-terminated, the event's.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_event_error_string")]
    internal static partial nint EventErrorText(nint @event);

    /// <summary>What <c>ERR__FATAL</c> stands for.</summary>
    [LibraryImport(KafkaNative.Name, EntryPoint = "rd_kafka_fatal_error")]
    internal static partial ErrorCode FatalError(nint client, byte* text, nuint size);
}
