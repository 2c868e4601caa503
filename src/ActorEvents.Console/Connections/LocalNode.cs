namespace ActorEvents.Aectl.Connections;

/// <summary>A node of this machine and user, as its discovery file tells it.</summary>
internal sealed record LocalNode(string System, int Pid, string Node, string Socket, string? Tcp, string? StartedAt);
