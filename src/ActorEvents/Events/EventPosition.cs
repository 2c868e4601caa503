namespace ActorEvents.Events;

/// <summary>Where a lane read an event: a stream and a number that grows along it (holes are allowed). It alone answers a delivery.</summary>
public readonly record struct EventPosition(StreamId Stream, long Number);
