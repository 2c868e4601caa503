using System.Text.Json;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>The exit code says it all.</summary>
internal sealed class NoOutput : IRowOutput
{
    public void Schema(IReadOnlyList<Column> columns)
    {
    }

    public void Row(JsonElement values)
    {
    }

    public void Text(string text)
    {
    }

    public bool Warn(string message, string? node) => false;

    public void End(Frame? end)
    {
    }
}
