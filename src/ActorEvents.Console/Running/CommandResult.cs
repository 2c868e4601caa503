using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Running;

/// <summary>How a command ended at the node.</summary>
internal sealed record CommandResult(int Exit, IReadOnlyList<ConsoleFailure> Errors);
