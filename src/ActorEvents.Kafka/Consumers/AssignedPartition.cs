namespace ActorEvents.Kafka.Consumers;

/// <summary>One partition, from its assignment (or the last time its stream was started again) until it is taken away. Poll thread only.</summary>
internal sealed class AssignedPartition(PartitionBuffer buffer, long first)
{
    public PartitionBuffer Buffer { get; } = buffer;

    /// <summary>Where the assignment started; its streams may have been started again since.</summary>
    public long First { get; } = first;

    /// <summary>The offset that is wanted next; records before it are from before a seek.</summary>
    public long Next { get; set; }

    /// <summary>Its records are kept back in the client, because the buffer is full or nobody is to get them.</summary>
    public bool Held { get; set; }
}
