using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Local;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>The shell of a person at a terminal: prompt, line, command, until exit, quit or Ctrl+D.</summary>
internal sealed class InteractiveShell(Terminal terminal, Func<Key> readKey, NodeClient client)
{
    private readonly LineRunner _runner = new(terminal, () => client);

    public async Task<int> RunAsync()
    {
        PaletteSet palettes;
        using (var connecting = terminal.Interrupts.Begin())
        {
            palettes = await client.PalettesAsync(connecting.Token).ConfigureAwait(false);
        }

        var history = History.Of(terminal);
        var completer = new Completer(_ => client);
        var reader = new LineReader(terminal, readKey, history, words => Complete(completer, words));
        var node = client.Endpoint.Socket is null ? client.Endpoint.Name : palettes.Node.Split('@')[^1];
        terminal.Error.Write(SafeText.Escape($"{palettes.Product} {palettes.ProductVersion}: connected to {palettes.Node} as {palettes.User} ({palettes.Role}).") + "\n");
        terminal.Error.Write("Commands downloaded from the node: 'help' shows them, Tab completes, Ctrl+D leaves.\n");
        while (reader.Read($"[{SafeText.Escape(node)}] aectl> ") is { } text)
        {
            ShellLine line;
            try
            {
                line = ShellLine.Read(text);
            }
            catch (ConsoleFailure e)
            {
                _runner.Told(e, null);
                continue;
            }

            if (LineRunner.IsExit(line))
            {
                break;
            }

            if (line.Words.Count > 0)
            {
                history.Add(RememberedLine.Of(text.Trim(), line.Words, palettes));
                // A node that was restarted may offer something else; asking costs nothing that can be felt.
                client.Forget();
                await _runner.RunAsync(line).ConfigureAwait(false);
            }
        }

        return ExitCodes.Ok;
    }

    private IReadOnlyList<string> Complete(Completer completer, IReadOnlyList<string> words)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2), terminal.Time);
        try
        {
            return completer.CompleteAsync(words, late.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }
}
