using ActorEvents.Kafka.Clients;

namespace ActorEvents.Node.Sources;

/// <summary>What sources take from the rest of the node's settings.</summary>
/// <param name="Kafka">Section <c>kafka</c>.</param>
/// <param name="MaxEventBytes">Setting <c>events.max-bytes</c>.</param>
/// <param name="MemberId">Names this node in a group whose members are static; null: they are dynamic.</param>
internal sealed record SourceDefaults(KafkaClientOptions Kafka, int MaxEventBytes, string? MemberId);
