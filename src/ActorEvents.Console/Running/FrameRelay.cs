using System.Globalization;
using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Running;

/// <summary>One request, its frames to an output.</summary>
internal sealed class FrameRelay(NodeClient client, Terminal terminal)
{
    /// <summary>A stream says something every 5 s; six of them missed, and it is cut.</summary>
    private static readonly TimeSpan StreamSilence = TimeSpan.FromSeconds(30);

    /// <summary>Without --timeout the node decides; this only ends a wait for one that is gone.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromMinutes(10);

    /// <exception cref="ConsoleFailure">69: the connection ended before the command did.</exception>
    /// <exception cref="OperationCanceledException">The user or the reader of the output has had enough; the output is closed.</exception>
    public async Task<CommandResult> RunAsync(Invocation invocation, ExecRequest request, IRowOutput output, TextWriter writer, CancellationToken cancellationToken)
    {
        var settings = invocation.Settings;
        var silence = invocation.Command.Streaming ? StreamSilence : settings.Timeout is { } timeout ? Durations.Parse(timeout)!.Value + StreamSilence : LongSilence;
        var started = terminal.Time.GetTimestamp();
        var errors = new List<ConsoleFailure>();
        var (schema, rows, dropped) = (false, 0L, 0L);
        Frame? end = null;
        try
        {
            await foreach (var frame in client.ExecAsync(request, silence, cancellationToken).ConfigureAwait(false))
            {
                switch (frame.Kind)
                {
                    case "schema":
                        Schema(frame.Columns ?? []);
                        break;
                    case "row" when frame.Values is { } values:
                        Schema(invocation.Command.Columns);
                        output.Row(values);
                        rows++;
                        break;
                    case "text":
                        output.Text(frame.Text ?? "");
                        break;
                    case "warn" when !output.Warn(frame.Message ?? "", frame.Node):
                        Warn(frame.Node is { } node ? $"{node}: {frame.Message}" : frame.Message ?? "", settings);
                        break;
                    case "hb" when frame.Dropped > dropped:
                        Warn(string.Create(CultureInfo.InvariantCulture, $"{frame.Dropped - dropped} rows were dropped: this console is slower than what it shows."), settings);
                        dropped = frame.Dropped;
                        break;
                    case "error":
                        errors.Add(new ConsoleFailure(ExitCodes.Failed, frame.Code ?? "internal", frame.Message ?? "The command failed.", frame.Hint, frame.Field, frame.CorrelationId));
                        break;
                    case "end":
                        end = frame;
                        break;
                }

                if (end is not null)
                {
                    break;
                }

                if (invocation.Command.Streaming)
                {
                    await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            output.End(end);
            await writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (end is null)
        {
            throw new ConsoleFailure(
                ExitCodes.Unavailable, "output-incomplete", $"Output incomplete: the connection to {client.Endpoint.Name} ended before '{invocation.Name}' did.",
                "Is the node still running? What it was asked to do may have been done: look before you try again.");
        }

        Tell(end);
        return new CommandResult(end.Exit, [.. errors.Select(e => new ConsoleFailure(end.Exit, e.Code, e.Message, e.Field == "typed" && !terminal.CanAsk ? $"{e.Hint} In a script: --yes --typed SYSTEM.".TrimStart() : e.Hint, e.Field, e.CorrelationId))]);

        void Schema(IReadOnlyList<Column> columns)
        {
            if (!schema && columns.Count > 0)
            {
                output.Schema(columns);
                schema = true;
            }
        }

        void Tell(Frame last)
        {
            if (last.Page is { } page && !settings.Quiet && !settings.IsJson)
            {
                terminal.Error.Write($"There is more: --page {SafeText.Escape(page)}\n");
            }

            if (settings.Verbose)
            {
                var took = terminal.Time.GetElapsedTime(started).TotalMilliseconds;
                terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"{client.Endpoint.Name}: {invocation.Name}: {rows} rows, exit {last.Exit}, answered by {last.Node ?? "?"} as of {last.AsOf ?? "?"}, {took:0} ms\n"));
            }
        }
    }

    private void Warn(string message, Settings settings)
    {
        var text = settings.IsJson
            ? JsonText.Of(json =>
            {
                json.WriteStartObject();
                json.WriteString("warning", message);
                json.WriteEndObject();
            })
            : $"warning: {SafeText.EscapeLines(message)}";
        terminal.Error.Write($"{text}\n");
    }
}
