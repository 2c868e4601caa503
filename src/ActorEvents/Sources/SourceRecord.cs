using ActorEvents.Events;

namespace ActorEvents.Sources;

/// <summary>
/// What a source's stream gives its lane for one record: the decoded event, or the dead letter that it became. Exactly one of them is set.
/// </summary>
/// <param name="Number">The position; grows along the stream, holes are allowed.</param>
/// <param name="Resume">What the source needs beside the committed position to go on behind this record (a file's byte offset); 0 if nothing.</param>
public readonly record struct SourceRecord(long Number, EventEnvelope? Event, DeadLetter? Dead, long Resume = 0)
{
    /// <summary>Bytes that count against the lane's credits.</summary>
    public int Size => Event?.Size ?? Dead?.Size ?? 0;
}
