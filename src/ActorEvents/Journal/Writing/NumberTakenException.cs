namespace ActorEvents.Journal.Writing;

/// <summary>Another incarnation of the entity has written a row of this number.</summary>
internal sealed class NumberTakenException(Exception cause) : Exception(
    "another incarnation of it has written this row meanwhile. Once, this is a node that was asleep or cut off while its entities went elsewhere; again and again, another cluster works on this journal, or something else writes to its table",
    cause);
