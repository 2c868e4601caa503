namespace ActorEvents.Aectl.Connections;

/// <summary>A node with a name of the user's.</summary>
/// <param name="TokenFile">The token itself is never stored here.</param>
internal sealed record Context(string Name, string? Socket, string? Host, string? TokenFile);
