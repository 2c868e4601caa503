using System.Globalization;
using ActorEvents.Handlers;
using ActorEvents.Sources;
using Akka.Cluster;

namespace ActorEvents.Hosting;

/// <summary>
/// What a node says of itself by the roles of its membership: each member knows them of every other one before that one is up. Some place what is to run only where it exists
/// (a region, a relay, a source); the others are compared.
/// </summary>
internal static class NodeRoles
{
    /// <summary>Nodes with a destination for what handlers emit: the relay runs on one of them.</summary>
    public const string Relay = "relay";

    private const string JournalPrefix = "journal-";
    private const string ShardsPrefix = "shards-";
    private const string ProtocolPrefix = "protocol-";
    private const string TakesPrefix = "takes-";
    private const string ReadsPrefix = "reads-";

    /// <summary>How nodes of a cluster divide work; those of another number cannot be members of one cluster with this one.</summary>
    private const string Protocol = "2";

    /// <summary>Nodes with a handler type: its region and coordinator run on them alone. By its stored name, under which nodes with the former and the present name share its entities.</summary>
    public static string Handler(HandlerDefinition handler) => "handler-" + handler.StoredName;

    /// <summary>Nodes with a source: one that runs on one node at a time runs on one of them.</summary>
    public static string Source(string name) => "source-" + name;

    /// <summary>A handler type with what it takes.</summary>
    public static string Takes(HandlerDefinition handler) => $"{TakesPrefix}{handler.StoredName};{handler.Selector.Text}";

    /// <summary>All of a node.</summary>
    public static IEnumerable<string> Of(ActorEventsBuilder builder, string journalId, IReadOnlyList<IEventSource> sources) =>
    [
        JournalPrefix + journalId,
        ShardsPrefix + builder.Options.Events.Shards.ToString(CultureInfo.InvariantCulture),
        ProtocolPrefix + Protocol,
        .. builder.Destination is null ? (string[])[] : [Relay],
        .. builder.Handlers.Select(Handler),
        .. builder.Handlers.Select(Takes),
        .. sources.Select(s => Source(s.Name)),
        .. sources.Where(s => s.Takes is not null).Select(s => $"{ReadsPrefix}{s.Name};{Uri.EscapeDataString(s.Takes!)}"),
    ];

    /// <summary>The journal that a member works on; null: it is none of ours.</summary>
    public static string? JournalOf(Member member) => Find(member, JournalPrefix);

    public static string? ShardsOf(Member member) => Find(member, ShardsPrefix);

    public static bool HasOurProtocol(Member member) => Find(member, ProtocolPrefix) == Protocol;

    public static bool HasSource(IEnumerable<string> roles, string name) => roles.Contains(Source(name), StringComparer.Ordinal);

    /// <summary>Names of a member's sources.</summary>
    public static IEnumerable<string> SourcesOf(IEnumerable<string> roles) => All(roles, "source-");

    /// <summary>What a member's source of a name reads; null: it has none, or does not say.</summary>
    public static string? ReadsOf(Member member, string source) => Find(member, $"{ReadsPrefix}{source};") is { } text ? Uri.UnescapeDataString(text) : null;

    /// <summary>Handler types of a member, by their stored names, with the text of what they take.</summary>
    public static IEnumerable<(string Name, string Selector)> TakesOf(IEnumerable<string> roles) =>
        from role in All(roles, TakesPrefix)
        let semicolon = role.IndexOf(';', StringComparison.Ordinal)
        select (role[..semicolon], role[(semicolon + 1)..]);

    private static string? Find(Member member, string prefix) => All(member.Roles, prefix).FirstOrDefault();

    private static IEnumerable<string> All(IEnumerable<string> roles, string prefix) =>
        roles.Where(r => r.StartsWith(prefix, StringComparison.Ordinal)).Select(r => r[prefix.Length..]);
}
