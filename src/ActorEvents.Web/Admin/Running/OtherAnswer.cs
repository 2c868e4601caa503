using System.Text.Json;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;

namespace ActorEvents.Web.Admin.Running;

/// <summary>The frames of another node, put into an answer of this one.</summary>
internal sealed class OtherAnswer(string node, FrameOutput rows, ICommandOutput output)
{
    private string? _error;
    private string? _hint;

    /// <summary>How it ended; null: it has not.</summary>
    public CommandExit? Exit { get; private set; }

    /// <summary>Why it was not done; null: it was.</summary>
    public CommandException? Failure => Exit is { } exit && _error is { } error ? new CommandException(exit, error, null, _hint) : null;

    /// <summary>The exit code of an end frame; null: the line is another one.</summary>
    public static CommandExit? EndOf(ReadOnlyMemory<byte> line) =>
        JsonElement.Parse(line.Span) is var frame && frame.GetProperty("kind").ValueEquals("end") ? (CommandExit)frame.GetProperty("exit").GetInt32() : null;

    public async ValueTask TakeAsync(ReadOnlyMemory<byte> line)
    {
        var frame = JsonElement.Parse(line.Span);
        switch (frame.GetProperty("kind").GetString())
        {
            case "row":
                await rows.RowLineAsync(line);
                break;
            case "text":
                await output.TextAsync(Text("text")!);
                break;
            case "warn":
                await output.WarnAsync(Text("message")!, Text("node") ?? node);
                break;
            case "hb":
                rows.Dropped(node, frame.GetProperty("dropped").GetInt64());
                break;
            case "error":
                (_error, _hint) = (Text("message"), Text("hint"));
                break;
            case "end":
                Exit = (CommandExit)frame.GetProperty("exit").GetInt32();
                if (frame.GetProperty("truncated").GetBoolean())
                {
                    rows.Truncate();
                }

                break;
        }

        string? Text(string name) => frame.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
