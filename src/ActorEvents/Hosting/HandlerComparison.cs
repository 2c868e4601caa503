using ActorEvents.Handlers;
using ActorEvents.Sources;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>At a node's start: no other node settles any more what this node's handler types take and that one's do not.</summary>
internal static class HandlerComparison
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when all that are members now have said so; a node that is silent for 15 s is frozen or gone, and is named in the log.</summary>
    public static async Task HeldBackByOthersAsync(
        ActorSystem system, IEnumerable<Member> members, IReadOnlyList<HandlerDefinition> handlers, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        var self = Cluster.Get(system).SelfUniqueAddress;
        string[] roles = [.. handlers.Select(NodeRoles.Takes)];
        await Task.WhenAll(members.Where(m => m.UniqueAddress != self).Select(AskAsync));

        async Task AskAsync(Member member)
        {
            var watch = system.ActorSelection(new RootActorPath(member.Address) / "user" / HandlerWatch.Name);
            var begun = time.GetTimestamp();
            var open = roles.Where(r => !member.Roles.Contains(r)).ToList();
            while (open.Count > 0)
            {
                if (time.GetElapsedTime(begun) > s_patience)
                {
                    Log.NotHeldBack(log, member.Address.ToString(), s_patience.TotalSeconds, string.Join(", ", NodeRoles.TakesOf(open).Select(t => t.Name)));
                    return;
                }

                if (await KnowsAsync(watch, open[^1], cancellationToken))
                {
                    open.RemoveAt(open.Count - 1);
                }
                else
                {
                    await Task.Delay(s_pause, time, cancellationToken);
                }
            }
        }
    }

    private static async Task<bool> KnowsAsync(ActorSelection watch, string role, CancellationToken cancellationToken)
    {
        try
        {
            return await watch.Ask<int>(role, Question.OfNode, cancellationToken) == HandlerWatch.Yes;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
