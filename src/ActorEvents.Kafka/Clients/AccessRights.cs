using Confluent.Kafka;

namespace ActorEvents.Kafka.Clients;

/// <summary>What a broker's "not authorized" means: which operation on what, and what to grant. Brokers name neither.</summary>
internal static class AccessRights
{
    public static bool IsMissing(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed;

    /// <summary>The error with operation and resource, where a right is missing; else the error as it is.</summary>
    /// <param name="operation">As Kafka's ACLs call it: <c>Write</c>.</param>
    /// <param name="resource">As they call it, and its name: <c>topic orders</c>.</param>
    public static Error Explain(Error error, string operation, string resource) => error.Code == ErrorCode.ClusterAuthorizationFailed && operation == "Write"
        ? new Error(error.Code, $"no right to WRITE to any topic, or at least not to {resource} ({error.Code}). Grant it (kafka-acls --add --operation Write --{resource}); what stands still goes on by itself", error.IsFatal)
        : IsMissing(error.Code)
        ? new Error(error.Code, $"no right to {operation.ToUpperInvariant()} {resource} ({error.Code}). Grant it (kafka-acls --add --operation {operation} --{resource}); what stands still goes on by itself", error.IsFatal)
        : error;

    /// <inheritdoc cref="Explain(Error, string, string)"/>
    public static Exception Explain(Exception exception, string operation, string resource) =>
        exception is KafkaException { Error: { } error } && IsMissing(error.Code) ? new KafkaException(Explain(error, operation, resource), exception) : exception;
}
