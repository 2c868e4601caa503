using System.Text.Json;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>Which columns are shown, in which order.</summary>
internal static class ShownColumns
{
    public static IReadOnlyList<Column> Of(IReadOnlyList<Column> all, Settings settings) => settings.Columns is { } names
        ? [.. names.Select(n => all.FirstOrDefault(c => c.Name == n) ?? new Column { Name = n })]
        : [.. all.Where(c => !c.Wide || settings.Output == OutputForm.Wide)];

    /// <summary>For a row of which no schema was told.</summary>
    public static IReadOnlyList<Column> Of(JsonElement row) => row.ValueKind == JsonValueKind.Object ? [.. row.EnumerateObject().Select(p => new Column { Name = p.Name })] : [];

    /// <exception cref="ConsoleFailure">A column that was asked for is none (64).</exception>
    public static void Check(IReadOnlyList<Column> all, Settings settings)
    {
        if (all.Count > 0 && settings.Columns?.FirstOrDefault(n => !all.Any(c => c.Name == n)) is { } unknown)
        {
            throw ConsoleFailure.Usage($"There is no column '{unknown}'.", Nearest.Hint(unknown, [.. all.Select(c => c.Name)]), "--columns");
        }
    }
}
