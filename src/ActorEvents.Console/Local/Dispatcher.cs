using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Running;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Local;

/// <summary>Who runs a command: aectl itself, or the node.</summary>
/// <param name="connect">The node, only asked for by what needs one.</param>
internal sealed class Dispatcher(Terminal terminal, Func<NodeClient> connect)
{
    public async Task<int> RunAsync(CommandLine line, Destination to, CancellationToken cancellationToken)
    {
        if (line.Palette is null || line.Help)
        {
            return await HelpAsync(line.Palette, line.Command, to, cancellationToken).ConfigureAwait(false);
        }

        if (LocalCommands.Single.FirstOrDefault(c => c.Name == line.Palette) is { } single)
        {
            return await RunLocalAsync(Parse("", single), to, cancellationToken).ConfigureAwait(false);
        }

        if (line.Palette == LocalCommands.Context.Name)
        {
            var command = CommandOf(LocalCommands.Context, line.Command);
            return ContextCommands.Run(Parse(line.Palette, command), line.Connection, to, terminal);
        }

        var client = connect();
        var palettes = await client.PalettesAsync(cancellationToken).ConfigureAwait(false);
        var palette = PaletteOf(palettes, line.Palette, line.Command);
        return await new CommandRunner(client, terminal).RunAsync(Parse(palette.Name, CommandOf(palette, line.Command)), to, cancellationToken).ConfigureAwait(false);

        Invocation Parse(string of, CommandDefinition definition) => InvocationParser.Parse(of, definition, line.Rest, line.Watch, terminal.Environment);
    }

    private async Task<int> RunLocalAsync(Invocation invocation, Destination to, CancellationToken cancellationToken)
    {
        switch (invocation.Command.Name)
        {
            case "help":
                return await HelpAsync(invocation.Text("palette"), invocation.Text("command"), to, cancellationToken).ConfigureAwait(false);
            case "nodes":
                return LocalRows.Write(invocation, to, terminal.Time, LocalNodes.Find(LocalNodes.Folders(terminal)).Select(n => new object?[] { n.System, n.Pid, n.Node, n.Socket, n.Tcp, n.StartedAt }));
            case "explain":
                return LocalRows.Write(invocation, to, terminal.Time, ErrorCatalogue.Rows(invocation.Text("code")));
            case "completion":
                to.Writer.Write(CompletionScripts.Of(invocation.Text("shell")!));
                return ExitCodes.Ok;
        }

        var palettes = await connect().PalettesAsync(cancellationToken).ConfigureAwait(false);
        return invocation.Command.Name == "whoami"
            ? LocalRows.Write(invocation, to, terminal.Time, [[palettes.User, palettes.Role, palettes.Node, palettes.System, palettes.Product, palettes.ProductVersion]])
            : LocalRows.Write(invocation, to, terminal.Time, (palettes.Palettes ?? []).SelectMany(p => p.Commands.Select(c => new object?[] { p.Name, c.Name, c.Effect, c.Streaming, Forms.Of(p.Name, c), c.Summary })));
    }

    private async Task<int> HelpAsync(string? name, string? command, Destination to, CancellationToken cancellationToken)
    {
        if (LocalCommands.Single.FirstOrDefault(c => c.Name == name) is { } single)
        {
            to.Writer.Write(HelpText.Of("", single));
            return ExitCodes.Ok;
        }

        PaletteSet? palettes = null;
        if (name != LocalCommands.Context.Name)
        {
            try
            {
                palettes = await connect().PalettesAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ConsoleFailure e) when (name is null)
            {
                to.Writer.Write(HelpText.Overview(null));
                terminal.Error.Write($"The palettes are those of a node. {SafeText.EscapeLines(e.Message)}\n  {SafeText.EscapeLines(e.Hint ?? "")}\n");
                return ExitCodes.Ok;
            }
        }

        if (name is null)
        {
            to.Writer.Write(HelpText.Overview(palettes));
            return ExitCodes.Ok;
        }

        var palette = palettes is null ? LocalCommands.Context : PaletteOf(palettes, name, command);
        to.Writer.Write(command is null ? HelpText.Of(palette) : HelpText.Of(palette.Name, CommandOf(palette, command)));
        return ExitCodes.Ok;
    }

    private static Palette PaletteOf(PaletteSet palettes, string name, string? command)
    {
        if (palettes.Find(name) is { } palette)
        {
            return palette;
        }

        string[] names = [.. (palettes.Palettes ?? []).Select(p => p.Name), LocalCommands.Context.Name, .. LocalCommands.SingleNames];
        var near = Nearest.Of(name, names);
        // The near one is only worth its command where it has it, or nearly.
        var its = near is not null && command is not null && palettes.Find(near) is { } found ? Nearest.Of(command, found.Commands.Select(c => c.Name)) : null;
        throw ConsoleFailure.Usage(
            $"There is no palette '{name}'.", near is null ? Nearest.Hint(name, names) : $"Did you mean '{(its is null ? near : $"{near} {its}")}'?", "palette");
    }

    private static CommandDefinition CommandOf(Palette palette, string? name)
    {
        string[] names = [.. palette.Commands.Select(c => c.Name)];
        return name is null ? throw ConsoleFailure.Usage($"'{palette.Name}' needs a command.", $"There are: {string.Join(", ", names)}.", "command")
            : palette.Find(name) ?? throw ConsoleFailure.Usage($"'{palette.Name}' has no command '{name}'.", Nearest.Hint(name, names, $"{palette.Name} "), "command");
    }
}
