namespace ActorEvents.Sources;

/// <summary>A source that can say what holds it up; while it does, the node is not ready.</summary>
public interface ISourceProblem
{
    /// <summary>What is wrong and what to check; null: nothing.</summary>
    string? Problem { get; }
}
