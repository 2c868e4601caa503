using System.Text;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Keeps the strings of header names, which repeat from record to record. Bounded: names beyond it are made anew each time. One thread at a time.</summary>
public sealed class HeaderNames
{
    private const int Slots = 256;
    private const int LongestKept = 128;

    private readonly (byte[] Utf8, string Text)[] _slots = new (byte[], string)[Slots];

    /// <summary>The name as text.</summary>
    public string Of(ReadOnlySpan<byte> utf8)
    {
        var hash = 2_166_136_261u;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16_777_619u;
        }

        ref var slot = ref _slots[hash % Slots];
        if (slot.Utf8 is not null && utf8.SequenceEqual(slot.Utf8))
        {
            return slot.Text;
        }

        var text = Encoding.UTF8.GetString(utf8);
        if (utf8.Length <= LongestKept)
        {
            slot = (utf8.ToArray(), text);
        }

        return text;
    }
}
