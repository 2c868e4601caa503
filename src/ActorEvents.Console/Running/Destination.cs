using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Running;

/// <summary>Where a command's data goes: stdout, or a file behind <c>&gt;</c>.</summary>
/// <param name="Width">Cells of the terminal; null: it is none.</param>
internal sealed record Destination(TextWriter Writer, int? Width)
{
    public static Destination Of(Terminal terminal) => new(terminal.Out, terminal.OutIsTerminal ? terminal.Width() : null);
}
