using Akka.Actor;

namespace ActorEvents.Hosting;

/// <summary>What a node that is not a member yet can say about why.</summary>
internal static class JoinDiagnosis
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);

    /// <param name="asked">Whom it asks.</param>
    /// <param name="waited">Since it began.</param>
    public static async Task<string> SayAsync(Address self, IReadOnlyList<Address> asked, ClusterOnJournal found, TimeSpan waited)
    {
        if (waited < s_quiet || asked.Count == 0)
        {
            return "joining the cluster";
        }

        var answers = await Task.WhenAll(asked.Select(async a => $"{a.Host}:{a.Port} ({Words(await ClusterForming.ListensAsync(a))})"));
        var known = found.Alive.Count == 0 ? "" : $" By the journal its members are {string.Join(", ", found.Alive.Select(a => $"{a.Host}:{a.Port}"))}.";
        return $"joining the cluster for {waited.TotalSeconds:0} s as {self.Host}:{self.Port} (cluster.hostname and port, as the others must write them); asked: {string.Join(", ", answers)}.{known} "
            + "Start those that do not listen; one that listens and takes no node in has another cluster.name or writes its address in another way, or is no node at all (a port of HTTP, say)";
    }

    private static string Words(Listening listening) => listening switch
    {
        Listening.Yes => "listens, has not taken this node in",
        Listening.Refused => "nobody listens",
        _ => "no answer",
    };
}
