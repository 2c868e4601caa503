using ActorEvents.Web.Admin.Commands;
using Akka.Actor;
using Akka.Cluster;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>Addresses of nodes as users write them: <c>akka.tcp://SYSTEM@HOST:PORT</c> or <c>HOST:PORT</c>.</summary>
internal static class NodeAddress
{
    /// <exception cref="CommandException">Malformed, or of another system: said before anybody is asked.</exception>
    public static Address Parse(string text, Address self, string? field)
    {
        const string form = "akka.tcp://SYSTEM@HOST:PORT or HOST:PORT";
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{self.Protocol}://{self.System}@{text}";
        Address? parsed;
        try
        {
            parsed = Uri.TryCreate(full, UriKind.Absolute, out _) ? Address.Parse(full) : null;
        }
        catch (Exception)
        {
            parsed = null;
        }

        if (parsed is null || string.IsNullOrEmpty(parsed.Host) || parsed.Port is not (> 0 and <= ushort.MaxValue) || string.IsNullOrEmpty(parsed.System))
        {
            throw new CommandException(CommandExit.BadData, $"'{text}' is no address of a node: {form}.", field, $"For example: {self}");
        }

        return parsed.System == self.System ? parsed : throw new CommandException(
            CommandExit.BadData, $"'{text}' is an address of the system '{parsed.System}'; this cluster is '{self.System}'.", field, $"For example: {self}");
    }

    /// <exception cref="CommandException">No member of the cluster; lists those there are.</exception>
    public static Member Member(Address address, IReadOnlyCollection<Member> members, string? field) => members.FirstOrDefault(m => m.Address.Equals(address))
        ?? throw new CommandException(
            CommandExit.NotFound, $"{address} is no member of this cluster.", field, $"Members {CommandNames.Some(address.ToString(), members.Select(m => m.Address.ToString()))}.");
}
