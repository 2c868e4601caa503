using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary>The node's own palettes.</summary>
internal static class NodePalettes
{
    public static IEnumerable<CommandPalette> All(NodeParts parts) =>
    [
        ClusterPalette.Of(parts),
        HealthPalette.Of(parts),
        SourcePalette.Of(parts),
        HandlerPalette.Of(parts),
        KeyPalette.Of(parts),
        RelayPalette.Of(parts),
        ShardingPalette.Of(parts),
        SysPalette.Of(parts),
        LogPalette.Of(parts),
        ActorPalette.Of(parts),
        DeadLetterPalette.Of(parts),
        JournalPalette.Of(parts),
        EventsPalette.Of(parts),
        AuditPalette.Of(parts),
    ];
}
