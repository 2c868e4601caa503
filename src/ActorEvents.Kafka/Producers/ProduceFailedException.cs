using ActorEvents.Kafka.Clients;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>A record was not taken. What a stream's supervision decides on; <see cref="IsFatal"/> is not asked about.</summary>
internal sealed class ProduceFailedException(string topic, Error error)
    : Exception($"A record for topic {topic} was not taken: {AccessRights.Explain(error, "Write", "topic " + topic).Reason} ({error.Code}).")
{
    /// <summary>The client's or broker's error.</summary>
    public Error Error { get; } = error;

    /// <summary>The client cannot go on; a new one is needed.</summary>
    public bool IsFatal => Error.IsFatal;

    /// <summary>The record is what it is: no repetition helps, and the records behind it can go on.</summary>
    public bool IsRefusal => Refuses(Error.Code);

    internal static bool Refuses(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsg or ErrorCode.InvalidRecord
        or ErrorCode.TopicException or ErrorCode.PolicyViolation or ErrorCode.InvalidTimestamp;

    /// <summary>Why a record that was refused with its batch cannot be sent alone.</summary>
    /// <param name="refusal">What the batch was refused with; null: the record was not sent.</param>
    internal static string Overtaken(string? refusal) =>
        $"{refusal ?? "not sent"}; refused with its batch, and a later record of its key was taken behind it, so that it cannot be sent alone in its order any more";
}
