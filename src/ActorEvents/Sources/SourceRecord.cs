using ActorEvents.Events;

namespace ActorEvents.Sources;

/// <summary>What a source's stream gives its lane for one record: the decoded event, or the dead letter that it became; or nothing.</summary>
public readonly record struct SourceRecord
{
    private readonly object? _read;

    /// <param name="number">The position; grows along the stream, holes are allowed.</param>
    /// <param name="envelope">The event, or null.</param>
    /// <param name="dead">The dead letter, where there is no event.</param>
    /// <param name="resume">What the source needs beside the committed position to go on behind this record (a file's byte offset); 0 if nothing.</param>
    /// <exception cref="ArgumentException">Both are there, or none.</exception>
    public SourceRecord(long number, EventEnvelope? envelope, DeadLetter? dead, long resume = 0)
    {
        if (envelope is null == dead is null)
        {
            throw new ArgumentException($"Record {number} must be an event or a dead letter, and not both.", nameof(envelope));
        }

        _read = (object?)envelope ?? dead!;
        Number = number;
        Resume = resume;
    }

    private SourceRecord(long number) => Number = number;

    public long Number { get; }

    public EventEnvelope? Event => _read as EventEnvelope;

    public DeadLetter? Dead => _read as DeadLetter;

    public long Resume { get; }

    /// <summary>A position that holds nothing for anybody (of Kafka a transaction marker): it is settled at once, so that the committed position passes it.</summary>
    public static SourceRecord Nothing(long number) => new(number);

    /// <summary>Bytes that count against the lane's credits.</summary>
    public int Size => Event?.Size ?? Dead?.Size ?? 0;
}
