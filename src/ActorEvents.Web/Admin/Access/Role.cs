using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Access;

/// <summary>What somebody may do; each may what those before it may.</summary>
internal enum Role
{
    Viewer,
    Operator,
    Admin,
}

/// <summary>Who calls.</summary>
/// <param name="User">Name of the token, or <c>socket</c>.</param>
/// <param name="From">Where the call came from: an address, <c>socket</c>, or another node.</param>
internal sealed record Caller(string User, Role Role, string From)
{
    /// <summary>Whoever can open the socket is the node's owner.</summary>
    public static Caller Socket { get; } = new("socket", Role.Admin, "socket");
}

internal static class Roles
{
    public static string Text(this Role role) => role.ToString().ToLowerInvariant();

    public static Role? Parse(string text) => text switch { "viewer" => Role.Viewer, "operator" => Role.Operator, "admin" => Role.Admin, _ => null };

    public static Role Needed(CommandEffect effect) => effect switch
    {
        CommandEffect.Read => Role.Viewer,
        CommandEffect.Write => Role.Operator,
        _ => Role.Admin,
    };
}
