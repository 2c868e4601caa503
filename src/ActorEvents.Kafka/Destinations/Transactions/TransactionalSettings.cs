using ActorEvents.Journal.Stores;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Producers;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>What the feeds of one destination work with.</summary>
internal sealed record TransactionalSettings(
    KafkaClientOptions Options,
    KafkaTopics Topics,
    KafkaPlaces Places,
    TopicLimits Limits,
    IDeadLetterStore DeadLetters,
    int MaxEventBytes,
    TimeProvider Time,
    ILogger Log)
{
    /// <summary>Told where each transaction has come to, on its thread.</summary>
    public Action<TransactionStep> Passed { get; init; } = _ => { };

    /// <summary>A client for one topic, that has not begun yet.</summary>
    /// <param name="alone">One record a batch.</param>
    public TransactionalClient Make(string topic, bool alone) => new(
        DestinationClients.Settings(Options, Limits, MaxEventBytes, alone), Places.TransactionalId(topic), alone, Time, Passed);
}
