using System.Reflection;
using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Local;
using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Running;
using ActorEvents.Aectl.Shell;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl;

/// <summary>aectl, from its arguments to its exit code.</summary>
internal sealed class AectlProgram(Terminal terminal) : IDisposable
{
    private NodeClient? _client;

    public async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return arguments is ["__complete", .. var rest] ? await CompleteAsync(rest).ConfigureAwait(false) : await RunLineAsync(arguments).ConfigureAwait(false);
        }
        catch (Exception) when (terminal.OutClosed.IsCancellationRequested)
        {
            // Whoever reads has enough (| head): nothing is wrong.
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (ConsoleFailure e)
        {
            FailureText.Write(terminal.Error, e, SettingsReader.WantsJson(arguments, terminal.Environment));
            return e.Exit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FailureText.Write(terminal.Error, new ConsoleFailure(ExitCodes.Failed, "failed", e.Message), SettingsReader.WantsJson(arguments, terminal.Environment));
            return ExitCodes.Failed;
        }
    }

    public void Dispose() => _client?.Dispose();

    private async Task<int> RunLineAsync(IReadOnlyList<string> arguments)
    {
        var line = CommandLine.Read(arguments, LocalCommands.SingleNames);
        if (line.Version)
        {
            terminal.Out.Write($"aectl {Version()}\n");
            return ExitCodes.Ok;
        }

        if (line.Script is { } script)
        {
            return await RunScriptAsync(script, line).ConfigureAwait(false);
        }

        if (line.Palette is null && !line.Help)
        {
            return terminal is { ReadKey: { } readKey, InIsTerminal: true, OutIsTerminal: true }
                ? await new InteractiveShell(terminal, readKey, Connect(line.Connection)).RunAsync().ConfigureAwait(false)
                : await new ScriptRunner(terminal, () => Connect(line.Connection), null, keepGoing: true).RunAsync(terminal.In).ConfigureAwait(false);
        }

        using var running = terminal.Interrupts.Begin();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(running.Token, terminal.OutClosed);
        return await new Dispatcher(terminal, () => Connect(line.Connection)).RunAsync(line, Destination.Of(terminal), either.Token).ConfigureAwait(false);
    }

    private async Task<int> RunScriptAsync(string script, CommandLine line)
    {
        if (line.Palette is not null)
        {
            throw ConsoleFailure.Usage($"-f {script} and the command '{line.Palette}' do not go together.", "Give one of them.", "-f");
        }

        var runner = new ScriptRunner(terminal, () => Connect(line.Connection), script == "-" ? "stdin" : script, line.KeepGoing);
        if (script == "-")
        {
            return await runner.RunAsync(terminal.In).ConfigureAwait(false);
        }

        if (!File.Exists(script))
        {
            throw new ConsoleFailure(ExitCodes.NotFound, "not-found", $"There is no file '{script}'.", "-f takes a file of commands, or - for stdin.", "-f");
        }

        using var file = new StreamReader(script);
        return await runner.RunAsync(file).ConfigureAwait(false);
    }

    /// <summary>For the completion scripts: <c>--line LINE</c> or <c>-- WORD...</c>; a value a line, and silence whatever is wrong.</summary>
    private async Task<int> CompleteAsync(string[] arguments)
    {
        string[] words = arguments switch
        {
            ["--line", var line] => [.. ShellLine.ReadUnfinished(line).Skip(1)],
            ["--", .. var given] => given,
            _ => [],
        };
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2), terminal.Time);
        try
        {
            foreach (var value in await new Completer(ConnectOrNot).CompleteAsync(words, late.Token).ConfigureAwait(false))
            {
                terminal.Out.Write($"{SafeText.Escape(value)}\n");
            }
        }
        catch (OperationCanceledException)
        {
        }

        return ExitCodes.Ok;
    }

    private NodeClient? ConnectOrNot(ConnectionOptions options)
    {
        try
        {
            return Connect(options);
        }
        catch (ConsoleFailure)
        {
            return null;
        }
    }

    private NodeClient Connect(ConnectionOptions options)
    {
        if (_client is null)
        {
            var (endpoint, token) = EndpointChoice.Choose(options, terminal);
            _client = new NodeClient(endpoint, token, terminal);
            if (token is not null && !endpoint.IsLocal)
            {
                terminal.Error.Write($"warning: the token goes to {endpoint.Name} unencrypted; an SSH tunnel to the node's loopback port would hide it.\n");
            }
        }

        return _client;
    }

    private static string Version() => typeof(AectlProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";
}
