using System.Globalization;
using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>Lines of a file or of stdin, without a prompt; '#' begins a comment.</summary>
/// <param name="name">For messages; null: lines of a shell without a terminal, of which a wrong one is told and does not end it.</param>
internal sealed class ScriptRunner(Terminal terminal, Func<NodeClient> connect, string? name, bool keepGoing)
{
    private readonly LineRunner _runner = new(terminal, connect);

    /// <returns>The first exit code that is not 0; of a shell without a terminal the last one.</returns>
    public async Task<int> RunAsync(TextReader lines)
    {
        var (number, result) = (0, ExitCodes.Ok);
        while (await lines.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } text && !terminal.OutClosed.IsCancellationRequested)
        {
            number++;
            if (text.TrimStart() is "" or ['#', ..])
            {
                continue;
            }

            var exit = await RunLineAsync(text).ConfigureAwait(false);
            if (exit is null)
            {
                break;
            }

            result = name is null || result == ExitCodes.Ok ? exit.Value : result;
            if (exit != ExitCodes.Ok && name is not null)
            {
                terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"aectl: {SafeText.Escape(name)}, line {number}: exit {exit}{(keepGoing ? "" : "; stopped there (--keep-going goes on)")}\n"));
                if (!keepGoing)
                {
                    break;
                }
            }
        }

        return result;
    }

    /// <summary>Null: the line says to end.</summary>
    private async Task<int?> RunLineAsync(string text)
    {
        ShellLine line;
        try
        {
            line = ShellLine.Read(text);
        }
        catch (ConsoleFailure e)
        {
            return _runner.Told(e, null);
        }

        return LineRunner.IsExit(line) ? null : line.Words.Count == 0 ? ExitCodes.Ok : await _runner.RunAsync(line).ConfigureAwait(false);
    }
}
