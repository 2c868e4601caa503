using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Nodes;

namespace ActorEvents.Web.Admin.Running;

/// <summary>Runs a command on each node of the cluster at once. A node that does not answer is named; it never looks like one that has nothing to say.</summary>
internal sealed class AllNodes(NodeCalls calls, ClusterMembers cluster, bool part)
{
    /// <summary>What another node is asked.</summary>
    public static RunCall Call(PreparedCall prepared, ClusterMembers cluster, bool part)
    {
        // The other one has less time than this one, so that it is the one to say that time is over.
        var timeout = prepared.Timeout is { } own ? $"{Math.Max(100, (long)(own.TotalMilliseconds * 0.9))}ms" : null;
        return new RunCall(
            0,
            (prepared.Request with { Node = null, RequestId = null, Timeout = timeout }).ToJson(),
            prepared.Caller.User,
            prepared.Caller.Role.Text(),
            $"{prepared.Caller.From} by way of {cluster.Self}",
            part);
    }

    /// <summary>How long another node may be silent: less than the time for the command, so that its silence is told beside what others say. A stream has heartbeats.</summary>
    public static TimeSpan Silence(PreparedCall prepared) => prepared.Timeout is { } own && !prepared.Command.Streaming ? own * 0.95 : TimeSpan.FromSeconds(12);

    /// <param name="rows">Takes rows.</param>
    /// <param name="output">Takes warnings, and how it ended.</param>
    /// <exception cref="CommandException">No node could do it.</exception>
    public async Task RunAsync(PreparedCall prepared, FrameOutput rows, ICommandOutput output, CancellationToken stop)
    {
        List<Task<Outcome>> nodes = [HereAsync(prepared, rows, output, stop)];
        if (!cluster.IsMember)
        {
            await output.WarnAsync("This node is in no cluster now; only what it knows itself is shown.", cluster.Self.ToString(), partial: true);
        }

        foreach (var member in cluster.Members.Where(m => !m.Address.Equals(cluster.Self)))
        {
            if (cluster.IsUnreachable(member))
            {
                await output.WarnAsync($"{member.Address} is unreachable: it is missing here.", member.Address.ToString(), partial: true);
            }
            else
            {
                nodes.Add(ThereAsync(prepared, member.Address, rows, output, stop));
            }
        }

        await SumUpAsync(await Task.WhenAll(nodes), output);
    }

    private static async Task SumUpAsync(IReadOnlyList<Outcome> outcomes, ICommandOutput output)
    {
        var done = outcomes.Count(o => o.Failure is null);
        if (done == 0)
        {
            // A node that does not answer says less than one that does.
            throw outcomes.Select(o => o.Failure!).OrderBy(f => f.Exit == CommandExit.TimedOut).First();
        }

        foreach (var (node, failure, _) in outcomes.Where(o => o.Failure is not null))
        {
            // What only some nodes have is nothing missing.
            await output.WarnAsync($"{node}: {failure!.Message}", node, partial: failure.Exit != CommandExit.NotFound);
        }

        if (outcomes.Any(o => o.Exit == CommandExit.Unhealthy))
        {
            output.EndWith(CommandExit.Unhealthy);
        }
        else if (outcomes.Any(o => o.Failure is null && o.Exit == CommandExit.Partial))
        {
            await output.WarnAsync("A part of the answer is missing.", partial: true);
        }
    }

    private async Task<Outcome> HereAsync(PreparedCall prepared, FrameOutput rows, ICommandOutput output, CancellationToken stop)
    {
        var self = cluster.Self.ToString();
        try
        {
            var here = new HereOutput(rows, output);
            await prepared.Command.Run(prepared.Call, here, stop);
            return new Outcome(self, null, here.Exit);
        }
        catch (CommandException e)
        {
            return new Outcome(self, e, e.Exit);
        }
    }

    private async Task<Outcome> ThereAsync(PreparedCall prepared, Akka.Actor.Address address, FrameOutput rows, ICommandOutput output, CancellationToken stop)
    {
        var node = address.ToString();
        try
        {
            var answer = new OtherAnswer(node, rows, output);
            await foreach (var line in calls.RunAsync(cluster.AdminOf(address), Call(prepared, cluster, part), Silence(prepared), stop))
            {
                await answer.TakeAsync(line);
            }

            return answer.Exit is { } exit ? new Outcome(node, answer.Failure, exit) : Silent("it has cut its answer short");
        }
        catch (TimeoutException e)
        {
            return Silent(e.Message);
        }

        Outcome Silent(string why) => new(node, new CommandException(CommandExit.TimedOut, why), CommandExit.TimedOut);
    }

    private sealed record Outcome(string Node, CommandException? Failure, CommandExit Exit);

    /// <summary>This node's part: its exit counts with those of the others.</summary>
    private sealed class HereOutput(FrameOutput rows, ICommandOutput output) : ICommandOutput
    {
        public CommandExit Exit { get; private set; }

        public ValueTask RowAsync(params object?[] values) => rows.RowAsync(values);

        public ValueTask TextAsync(string text) => output.TextAsync(text);

        public ValueTask WarnAsync(string message, string? node = null, bool partial = false) => output.WarnAsync(message, node, partial);

        public void EndWith(CommandExit exit) => Exit = exit;

        public void NextPage(string token) => output.NextPage(token);

        public void Dropped(long total) => output.Dropped(total);
    }
}
