namespace ActorEvents.Tests.Protocol;

/// <summary>Protocols that nearly hold. Each is a switch in the parts around the pure classes; <see cref="None"/> is the protocol as it is.</summary>
public enum Wrong
{
    None,

    /// <summary>The entity answers before its append is durable.</summary>
    ReplyBeforePersist,

    /// <summary>The entity answers a repeated delivery with what its append in flight says.</summary>
    DoneOfMemory,

    /// <summary>A no-op is answered without an append.</summary>
    NoOpInMemory,

    /// <summary>The event on which the handler fails is answered, too.</summary>
    FailureAnswered,

    /// <summary>A write that the fence refuses is taken for one's own earlier attempt.</summary>
    RefusedTakenForOwn,

    /// <summary>Every copy of a delivery that comes during an append is kept.</summary>
    KeepEveryCopy,

    /// <summary>The lane commits what it has emitted.</summary>
    CommitBeforeReply,

    /// <summary>The lane commits behind the highest settled position, gaps or not.</summary>
    CommitHighest,

    /// <summary>Replies are counted per event; who replied is not kept.</summary>
    CountReplies,

    /// <summary>Each event is sent as it comes, also while an earlier one of its key is unanswered.</summary>
    PositionOnly,

    /// <summary>A subscription starts again, and its node's sessions go on.</summary>
    RestartUnnoticed,

    /// <summary>The journal takes a second entry with the same number.</summary>
    NoFence,

    /// <summary>The journal compares with the rows that are left, and a snapshot deletes rows.</summary>
    FenceForgetsDeleted,

    /// <summary>One snapshot an entity, the last writer wins.</summary>
    SnapshotLastWins,

    /// <summary>A snapshot has the state and nothing else.</summary>
    SnapshotWithoutPositions,

    /// <summary>A stream is named by topic and partition; a re-created topic has the old name.</summary>
    NoIncarnation,

    /// <summary>The committed position of the old topic is taken for the new one's.</summary>
    CommitWithoutIncarnation,

    /// <summary>Positions only: what a producer repeats at new positions is new.</summary>
    NoOrigin,

    /// <summary>One origin mark for all partitions of a topic.</summary>
    OriginAcrossPartitions,

    /// <summary>Origin marks per topic id: a topic re-created and fed again counts again.</summary>
    OriginByIncarnation,

    /// <summary>A re-created topic is fed from where the producer had come to.</summary>
    OriginFedFromMiddle,
}
