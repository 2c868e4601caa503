using ActorEvents.Aectl.Parsing;

namespace ActorEvents.Aectl.Output;

internal static class RowOutputs
{
    /// <param name="width">Cells of the terminal that is written to; null: it is none.</param>
    public static IRowOutput Create(Settings settings, TextWriter writer, int? width, bool streaming, TimeProvider clock) => settings.Output switch
    {
        OutputForm.Json => new JsonOutput(writer, settings.Columns),
        OutputForm.JsonLines => new JsonLinesOutput(writer, settings.Columns),
        OutputForm.Tsv => new TsvOutput(writer, settings),
        OutputForm.None => new NoOutput(),
        _ => new TableOutput(writer, settings, clock, streaming, width),
    };
}
