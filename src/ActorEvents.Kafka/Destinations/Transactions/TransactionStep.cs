namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>Where a transaction has come to. Tests end their process there.</summary>
internal enum TransactionStep
{
    Begun,
    HalfHandedOver,
    HandedOver,
    PlaceSent,
    Committed,
}
