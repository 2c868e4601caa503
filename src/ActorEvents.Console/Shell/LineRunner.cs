using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Local;
using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Running;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>One line of the shell or of a script: whatever it is, it ends with an exit code and not with an exception.</summary>
internal sealed class LineRunner(Terminal terminal, Func<NodeClient> connect)
{
    private readonly Dispatcher _dispatcher = new(terminal, connect);

    /// <summary>The user goes.</summary>
    public static bool IsExit(ShellLine line) => line.Words is ["exit" or "quit"];

    public async Task<int> RunAsync(ShellLine line)
    {
        using var running = terminal.Interrupts.Begin();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(running.Token, terminal.OutClosed);
        try
        {
            var command = CommandLine.Read(line.Words, LocalCommands.SingleNames);
            if (command.Script is not null || (command.Palette != LocalCommands.Context.Name && command.Connection != new ConnectionOptions()))
            {
                throw ConsoleFailure.Usage("Which node is asked is settled for all lines.", "Leave the switch out, or start aectl anew with it.");
            }

            return line.File is null
                ? await _dispatcher.RunAsync(command, Destination.Of(terminal), either.Token).ConfigureAwait(false)
                : await ToFileAsync(command, line.File, line.Append, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (ConsoleFailure e)
        {
            return Told(e, line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Told(new ConsoleFailure(ExitCodes.Failed, "failed", e.Message), line);
        }
        finally
        {
            await terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public int Told(ConsoleFailure failure, ShellLine? line)
    {
        FailureText.Write(terminal.Error, failure, line is not null && SettingsReader.WantsJson(line.Words, terminal.Environment));
        terminal.Error.Flush();
        return failure.Exit;
    }

    private async Task<int> ToFileAsync(CommandLine command, string file, bool append, CancellationToken cancellationToken)
    {
        StreamWriter writer;
        try
        {
            writer = new StreamWriter(file, append);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConsoleFailure(ExitCodes.Failed, "failed", $"'{file}' cannot be written: {e.Message}", "Give a file in a folder that is there and yours.", inner: e);
        }

        await using (writer.ConfigureAwait(false))
        {
            return await _dispatcher.RunAsync(command, new Destination(writer, null), cancellationToken).ConfigureAwait(false);
        }
    }
}
