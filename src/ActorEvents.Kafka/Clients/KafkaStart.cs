namespace ActorEvents.Kafka.Clients;

/// <summary>Where a stream without a committed position starts.</summary>
public enum KafkaStart
{
    /// <summary>At the first record that is there.</summary>
    Earliest,

    /// <summary>Behind the last record that is there when it is assigned for the first time; that place is committed at once.</summary>
    Latest,
}
