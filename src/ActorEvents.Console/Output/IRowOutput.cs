using System.Text.Json;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>One form of a command's output. Calls come in the order of the frames; <see cref="End"/> is always the last.</summary>
internal interface IRowOutput
{
    void Schema(IReadOnlyList<Column> columns);

    void Row(JsonElement values);

    void Text(string text);

    /// <summary>True if it stands in the output; else it is told on stderr.</summary>
    bool Warn(string message, string? node);

    /// <summary>Null: the output is not complete.</summary>
    void End(Frame? end);
}
