using ActorEvents.Sources;

namespace ActorEvents.Groups;

/// <summary>What can be paused on a node.</summary>
public enum PartKind
{
    /// <summary>All of a source: its lanes, and graphs of its own that have a <see cref="SourceActor.Valve{T}"/>. Nothing of it is emitted. It keeps its partitions.</summary>
    Source,

    /// <summary>One lane, named by its stream.</summary>
    Lane,

    /// <summary>A handler type: it gets nothing, other handlers of the same lanes go on. What it missed is read again when it goes on.</summary>
    Handler,
}
