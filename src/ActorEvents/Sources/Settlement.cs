namespace ActorEvents.Sources;

/// <summary>How a lane tells what it reads from that events are settled.</summary>
internal enum Settlement
{
    /// <summary>By the position below which all is settled, committed now and then (Kafka, file, timer).</summary>
    Mark,

    /// <summary>Each position by itself, in whatever order they become free (queue, HTTP): the source acknowledges it.</summary>
    Each,
}
