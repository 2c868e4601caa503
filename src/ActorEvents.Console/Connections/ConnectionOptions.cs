namespace ActorEvents.Aectl.Connections;

/// <summary>What the command line says about where to go.</summary>
internal sealed record ConnectionOptions(string? Socket = null, string? Host = null, string? Context = null, string? TokenFile = null, string? Address = null);
