using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Running;

/// <summary>One command of a node's palette, from checked arguments to an exit code.</summary>
internal sealed class CommandRunner(NodeClient client, Terminal terminal)
{
    private readonly FrameRelay _relay = new(client, terminal);

    /// <exception cref="ConsoleFailure">It could not be asked for, or its output is not complete.</exception>
    public async Task<int> RunAsync(Invocation invocation, Destination to, CancellationToken cancellationToken)
    {
        var settings = invocation.Settings;
        ShownColumns.Check(invocation.Command.Columns, settings);
        if (settings.Schema)
        {
            to.Writer.Write(RowSchema.Of(invocation.Name, invocation.Command));
            to.Writer.Write('\n');
            return ExitCodes.Ok;
        }

        return settings.Watch is { } interval
            ? await WatchAsync(invocation, to, interval, cancellationToken).ConfigureAwait(false)
            : Told(await OnceAsync(invocation, to, cancellationToken).ConfigureAwait(false), settings);
    }

    private async Task<CommandResult> OnceAsync(Invocation invocation, Destination to, CancellationToken cancellationToken)
    {
        var settings = invocation.Settings;
        var request = new ExecRequest
        {
            Palette = invocation.Palette,
            Command = invocation.Command.Name,
            Arguments = invocation.Arguments,
            Node = settings.Node,
            Limit = settings.Limit,
            Page = settings.Page,
            Timeout = settings.Timeout,
            DryRun = settings.DryRun,
            Confirmed = settings.Yes,
            Typed = settings.Typed,
            Reason = settings.Reason,
        };
        var confirmation = new Confirmation(_relay, terminal);
        if (invocation.Command.Effect == "destructive" && !settings.Yes && !settings.DryRun)
        {
            if (await confirmation.AskAsync(invocation, request, cancellationToken).ConfigureAwait(false) is { } ended)
            {
                return ended;
            }

            request = request with { Confirmed = true };
        }

        var result = await SendAsync(invocation, request, to, cancellationToken).ConfigureAwait(false);
        return !settings.DryRun && request.Typed is null && Confirmation.NeedsName(result) && await confirmation.AskNameAsync(result, cancellationToken).ConfigureAwait(false) is { } name
            ? await SendAsync(invocation, request with { Typed = name, Confirmed = true }, to, cancellationToken).ConfigureAwait(false)
            : result;
    }

    private Task<CommandResult> SendAsync(Invocation invocation, ExecRequest request, Destination to, CancellationToken cancellationToken) =>
        _relay.RunAsync(invocation, request, RowOutputs.Create(invocation.Settings, to.Writer, to.Width, invocation.Command.Streaming, terminal.Time), to.Writer, cancellationToken);

    private async Task<int> WatchAsync(Invocation invocation, Destination to, TimeSpan interval, CancellationToken cancellationToken)
    {
        if (invocation.Command is not { Effect: "read", Streaming: false })
        {
            throw ConsoleFailure.Usage(
                $"'{invocation.Name}' cannot be watched: it {(invocation.Command.Streaming ? "goes on by itself" : "changes something")}.", "Leave out --watch.", "--watch");
        }

        while (true)
        {
            if (to.Width is not null && !invocation.Settings.IsJson)
            {
                to.Writer.Write("\e[H\e[2J");
            }

            var exit = Told(await OnceAsync(invocation, to, cancellationToken).ConfigureAwait(false), invocation.Settings);
            if (exit is not (ExitCodes.Ok or ExitCodes.Partial or ExitCodes.Unhealthy or ExitCodes.TimedOut))
            {
                return exit;
            }

            await to.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(interval, terminal.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private int Told(CommandResult result, Settings settings)
    {
        if (result.Errors is [var first, ..])
        {
            FailureText.Write(terminal.Error, first, settings.IsJson, [.. result.Errors.Skip(1)]);
        }

        return result.Exit;
    }
}
