using System.Globalization;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>audit</c>: who changed what.</summary>
internal static class AuditPalette
{
    public static CommandPalette Of(NodeParts node) => new(
        "audit",
        "Who changed what.",
        new CommandDefinition("list", "Attempts to change something since each node's start, refused ones included; older ones stand in the audit file.", (call, output, _) => ListAsync(node, call, output))
        {
            PerNode = true,
            Parameters =
            [
                new("since", ParameterKind.Duration) { Summary = "Only the last of them, e.g. 1h." },
                new("user") { Summary = "Only of this one." },
                new("command") { Summary = "Only of this one, e.g. pause." },
            ],
            Columns =
            [
                new("at", ColumnType.Time), new("user"), new("role"), new("command"), new("args"), new("exit", ColumnType.Integer), new("problem"), new("reason"),
                new("from") { Wide = true }, new("ms", ColumnType.Integer) { Wide = true }, new("dryRun", ColumnType.Boolean) { Wide = true }, new("requestId") { Wide = true },
            ],
            Counted = ("entry", "entries"),
        });

    private static async Task ListAsync(NodeParts node, CommandCall call, ICommandOutput output)
    {
        var since = call.Duration("since") is { } span ? node.Time.GetUtcNow() - span : DateTimeOffset.MinValue;
        foreach (var e in node.Audit.Last.Where(e => Is(call.Text("user"), e.User) && Is(call.Text("command"), e.Command)
            && DateTimeOffset.Parse(e.At, CultureInfo.InvariantCulture) >= since))
        {
            await output.RowAsync(
                e.At, e.User, e.Role, $"{e.Palette} {e.Command}", string.Join(' ', e.Arguments.Select(a => $"{a.Key}={a.Value}")), e.Exit, e.Problem, e.Reason, e.From, e.Ms, e.DryRun, e.RequestId);
        }
    }

    private static bool Is(string? wanted, string value) => wanted is null || wanted == value;
}
