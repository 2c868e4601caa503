using System.Text.Json;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Logs;
using ActorEvents.Web.Admin.Nodes;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Running;

/// <summary>Runs calls: here, on the node that is named, or on all of them. Whatever happens, an answer ends with its end.</summary>
internal sealed class CommandRunner(IReadOnlyList<CommandPalette> palettes, NodeCalls calls, ClusterMembers cluster, AuditLog audit, bool readOnly, TimeProvider time, ILogger log) : INodeCommands, IParts
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(5);

    public IReadOnlyList<CommandPalette> Palettes => palettes;

    /// <summary>Checks a call; refused attempts to change something are in the audit.</summary>
    /// <exception cref="CommandException">What is wrong with it.</exception>
    public PreparedCall Prepare(ExecRequest request, Caller caller)
    {
        var (palette, command) = CommandCheck.Find(palettes, request.Palette!, request.Command!);
        try
        {
            return PreparedCall.Make(request, caller, palette, command, readOnly);
        }
        catch (CommandException e)
        {
            Audit(request, caller, command, e, e.Exit, time.GetTimestamp());
            throw;
        }
    }

    /// <param name="gone">Nobody reads any more; nothing is written then.</param>
    /// <param name="ending">The node stops.</param>
    public Task RunAsync(PreparedCall prepared, IFrameSink sink, CancellationToken gone, CancellationToken ending) => RunAsync(prepared, sink, hereOnly: false, gone, ending);

    public bool IsStream(RunCall call) => Parse(call) is { } request
        && palettes.FirstOrDefault(p => p.Name == request.Palette)?.Commands.FirstOrDefault(c => c.Name == request.Command) is { Streaming: true };

    public async Task RunHereAsync(RunCall call, IFrameSink sink, CancellationToken stop)
    {
        var caller = new Caller(call.User, Roles.Parse(call.Role) ?? Role.Viewer, call.From);
        try
        {
            var request = ExecRequest.Parse(call.Request.Span);
            var (palette, command) = CommandCheck.Find(palettes, request.Palette!, request.Command!);
            await RunAsync(PreparedCall.Make(request, caller, palette, command, readOnly, call.Part), sink, hereOnly: true, stop, CancellationToken.None);
        }
        catch (CommandException e)
        {
            await RefuseAsync(e, sink, stop);
        }
    }

    /// <summary>The answer to a call that cannot be run.</summary>
    public async Task RefuseAsync(CommandException e, IFrameSink sink, CancellationToken stop)
    {
        await sink.WriteAsync(FrameLine.Error(e), stop);
        await sink.WriteAsync(FrameLine.End(new EndFrame(e.Exit, 0, null, Truncated: false, null, cluster.Self.ToString(), time.GetUtcNow())), stop);
    }

    public async Task<IReadOnlyList<JsonElement>> AskAllAsync(
        string palette, string command, IReadOnlyDictionary<string, string> arguments, int limit, ICommandOutput output, CancellationToken stop)
    {
        var request = new ExecRequest { Palette = palette, Command = command, Args = JsonSerializer.SerializeToElement(arguments), Limit = limit };
        var (found, definition) = CommandCheck.Find(palettes, palette, command);
        var prepared = PreparedCall.Make(request, new Caller("(part)", Role.Viewer, "node"), found, definition, readOnly, part: true);
        var rows = new MemorySink();
        using var inner = new FrameOutput(definition, rows, cluster.Self.ToString(), int.MaxValue, time, stop);
        await new AllNodes(calls, cluster, part: true).RunAsync(prepared, inner, output, stop);
        return [.. Lines(rows.Lines).Where(l => l.GetProperty("kind").ValueEquals("row")).Select(l => l.GetProperty("values"))];
    }

    private static IEnumerable<JsonElement> Lines(ReadOnlyMemory<byte> lines)
    {
        for (int end; (end = lines.Span.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..])
        {
            yield return JsonElement.Parse(lines.Span[..end]);
        }
    }

    private static ExecRequest? Parse(RunCall call)
    {
        try
        {
            return ExecRequest.Parse(call.Request.Span);
        }
        catch (CommandException)
        {
            return null;
        }
    }

    private async Task RunAsync(PreparedCall prepared, IFrameSink sink, bool hereOnly, CancellationToken gone, CancellationToken ending)
    {
        var (request, caller, command, call, patience) = prepared;
        var began = time.GetTimestamp();
        using var late = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan, time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(gone, ending, late.Token);
        using var output = new FrameOutput(command, sink, cluster.Self.ToString(), call.Limit, time, all.Token);
        CommandException? failure = null;
        string? correlation = null;
        var beats = command.Streaming ? BeatAsync(output, all.Token) : Task.CompletedTask;
        try
        {
            if (!hereOnly && await ElsewhereAsync(prepared, sink, all.Token) is { } exit)
            {
                Audit(request, caller, command, null, exit, began);
                return;
            }

            if (command.Streaming)
            {
                await output.BeginAsync();
            }

            await (command.PerNode && !hereOnly && request.IsForAll ? new AllNodes(calls, cluster, part: false).RunAsync(prepared, output, output, all.Token) : command.Run(call, output, all.Token));
        }
        catch (CommandException e)
        {
            failure = e;
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            Audit(request, caller, command, new CommandException(CommandExit.Failed, "its user went away"), CommandExit.Failed, began);
            throw new OperationCanceledException(gone);
        }
        catch (OperationCanceledException) when (all.IsCancellationRequested)
        {
            failure = ending.IsCancellationRequested ? new CommandException(CommandExit.TimedOut, "This node stops.")
                : command.Streaming ? null
                : new CommandException(CommandExit.TimedOut, $"Not done within {patience?.TotalSeconds:0.###} s.", hint: "Ask again, with a longer --timeout.");
        }
        catch (TimeoutException e)
        {
            failure = new CommandException(CommandExit.TimedOut, e.Message, hint: "Ask again.");
        }
        catch (Exception e)
        {
            correlation = Guid.NewGuid().ToString("N")[..12];
            Log.CommandFailed(log, e, call.Palette, command.Name, correlation);
            failure = new CommandException(CommandExit.Internal, $"The command failed: {e.Message}", hint: $"The node's log says more; look for {correlation}.");
        }

        await all.CancelAsync();
        await beats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Audit(request, caller, command, failure, failure?.Exit ?? output.Exit, began);
        await output.EndAsync(failure, correlation, gone);
    }

    /// <summary>Runs it on the node that is named, if that is another one, and passes its frames on.</summary>
    /// <returns>How it ended; null: it is to run here.</returns>
    private async Task<CommandExit?> ElsewhereAsync(PreparedCall prepared, IFrameSink sink, CancellationToken stop)
    {
        if (prepared.Request.IsForAll || NodeAddress.Parse(prepared.Request.Node!, cluster.Self, "node") is var address && address.Equals(cluster.Self))
        {
            return null;
        }

        var member = NodeAddress.Member(address, cluster.Members, "node");
        try
        {
            await foreach (var line in calls.RunAsync(cluster.AdminOf(member.Address), AllNodes.Call(prepared, cluster, part: false), AllNodes.Silence(prepared), stop))
            {
                await sink.WriteAsync(line, stop);
                if (OtherAnswer.EndOf(line) is { } exit)
                {
                    return exit;
                }
            }

            throw new CommandException(CommandExit.TimedOut, $"{address} has cut its answer short.", "node", "Ask again.");
        }
        catch (TimeoutException e)
        {
            throw new CommandException(CommandExit.TimedOut, $"{address}: {e.Message}.", "node", cluster.IsUnreachable(member) ? "This node sees it as unreachable." : "Ask again.");
        }
    }

    private async Task BeatAsync(FrameOutput output, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_heartbeat, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await output.HeartbeatAsync();
        }
    }

    private void Audit(ExecRequest request, Caller caller, CommandDefinition command, CommandException? failure, CommandExit exit, long began)
    {
        if (command.Effect != CommandEffect.Read)
        {
            audit.Add(new AuditEntry(
                FrameLine.Time(time.GetUtcNow()), caller.User, caller.Role.Text(), caller.From, cluster.Self.ToString(), request.Palette!, command.Name, AuditLog.Masked(command, request.Args),
                request.Node, request.DryRun, request.Reason, request.RequestId, (int)exit, failure?.Message, (long)time.GetElapsedTime(began).TotalMilliseconds));
        }
    }
}
