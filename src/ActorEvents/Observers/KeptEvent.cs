using System.Runtime.InteropServices;
using ActorEvents.Events;

namespace ActorEvents.Observers;

/// <summary>
/// An event as an observer keeps it: an envelope of its own, so that what handlers have parsed of the other one does not live as long, and bytes of its own
/// where the payload is a part of a larger array. So what is counted is what is held.
/// </summary>
internal static class KeptEvent
{
    /// <summary>Objects and their headers: envelope, array, texts, extensions.</summary>
    public const int Objects = 512;

    private const int Extension = 64;

    public static EventEnvelope Of(EventEnvelope envelope) => new()
    {
        Id = envelope.Id,
        Source = envelope.Source,
        Type = envelope.Type,
        Subject = envelope.Subject,
        Time = envelope.Time,
        DataContentType = envelope.DataContentType,
        DataSchema = envelope.DataSchema,
        Extensions = envelope.Extensions,
        Data = IsWhole(envelope.Data) ? envelope.Data : envelope.Data.ToArray(),
        HasData = envelope.HasData,
        Key = envelope.Key,
        Origin = envelope.Origin,
        Position = envelope.Position,
        Size = envelope.Size,
    };

    /// <summary>Bytes of memory that it holds, roughly and rather too many: texts that events share count for each.</summary>
    public static long Bytes(EventEnvelope kept)
    {
        long characters = kept.Id.Length + kept.Source.Length + kept.Type.Length + Length(kept.Subject) + Length(kept.Time) + Length(kept.DataContentType)
            + Length(kept.DataSchema) + Length(kept.Key) + Length(kept.Origin?.Id);
        for (var i = 0; i < kept.Extensions.Count; i++)
        {
            var (name, value) = kept.Extensions[i];
            characters += name.Length + value.Length + Extension;
        }

        return Objects + kept.Data.Length + (2 * characters);
    }

    private static bool IsWhole(ReadOnlyMemory<byte> data) => MemoryMarshal.TryGetArray(data, out var array) && array.Array!.Length == data.Length;

    private static int Length(string? text) => text?.Length ?? 0;
}
