using System.Diagnostics.CodeAnalysis;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Native;
using ActorEvents.Relay;

namespace ActorEvents.Kafka.Destinations;

/// <summary>An outgoing event as a record: CloudEvents in binary mode.</summary>
internal static class OutgoingRecord
{
    /// <summary>Writes key and headers; the value is the event's data.</summary>
    /// <param name="reason">Why it cannot be a record.</param>
    public static bool TryWrite(RelayRecord outgoing, RecordBuffer record, [NotNullWhen(false)] out string? reason)
    {
        record.Begin(outgoing.Event.Key, outgoing.Event.HasData);
        if (!RecordEncoder.TryWriteBinary(outgoing.Event, record, out reason))
        {
            return false;
        }

        AddTrace(outgoing, record);
        return true;
    }

    /// <summary>Kafka's own headers for the hop, which tracing of other consumers reads; the event's extension, which says where it was decided, is never changed by a hop.</summary>
    private static void AddTrace(RelayRecord outgoing, RecordBuffer record)
    {
        if ((outgoing.HopTraceParent ?? outgoing.Event.Extension("traceparent")) is { } parent)
        {
            record.Add("traceparent", parent);
            if (outgoing.Event.Extension("tracestate") is { } state)
            {
                record.Add("tracestate", state);
            }
        }
    }
}
