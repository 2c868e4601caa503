using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>A record as a producer sends it, in no client's own types.</summary>
/// <param name="Key">Record key: <see cref="EventEnvelope.Key"/> in UTF-8; null if there is none.</param>
/// <param name="Headers">In the order in which they are written.</param>
/// <param name="Value">In binary mode the event's data itself, not a copy.</param>
/// <param name="HasValue">False: the value is null.</param>
internal readonly record struct EncodedRecord(byte[]? Key, IReadOnlyList<KeyValuePair<string, byte[]>> Headers, ReadOnlyMemory<byte> Value, bool HasValue = true)
{
    /// <summary>Key + names and values of headers + value, in bytes: what the reader will count (<see cref="RawRecord.Size"/>).</summary>
    public int Size
    {
        get
        {
            var size = (Key?.Length ?? 0) + Value.Length;
            for (var i = 0; i < Headers.Count; i++)
            {
                size += Encoding.UTF8.GetByteCount(Headers[i].Key) + Headers[i].Value.Length;
            }

            return size;
        }
    }
}
