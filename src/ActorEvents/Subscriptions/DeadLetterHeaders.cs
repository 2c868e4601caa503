using System.Text;
using ActorEvents.Events;

namespace ActorEvents.Subscriptions;

/// <summary>The attributes of a decoded event as the headers of its dead letter.</summary>
internal static class DeadLetterHeaders
{
    public static IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> Of(EventEnvelope envelope) =>
    [
        Header("ce_specversion", "1.0"),
        Header("ce_id", envelope.Id),
        Header("ce_source", envelope.Source),
        Header("ce_type", envelope.Type),
    ];

    private static KeyValuePair<string, ReadOnlyMemory<byte>?> Header(string name, string value) => new(name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(value)));
}
