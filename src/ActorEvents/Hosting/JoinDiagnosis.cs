using Akka.Actor;

namespace ActorEvents.Hosting;

/// <summary>What a node that is not a member yet can say about why.</summary>
internal static class JoinDiagnosis
{
    /// <summary>A node that starts beside its seed node is asked to come again, after five seconds.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(9);

    /// <param name="seeds">As they are written, this node as itself.</param>
    /// <param name="alive">Members by the journal.</param>
    /// <param name="waited">Since it began.</param>
    public static async Task<string> SayAsync(Address self, IReadOnlyList<Address> seeds, IReadOnlyList<Address> alive, TimeSpan waited)
    {
        Address[] unwritten = [.. alive.Where(a => a != self && !seeds.Contains(a))];
        if (waited < s_quiet || seeds.Concat(unwritten).All(a => a == self))
        {
            return "joining the cluster";
        }

        var answers = await Task.WhenAll(seeds.Concat(unwritten).Select(async a => $"{a.Host}:{a.Port} ({(a == self ? "this node" : await Greeting.AskAsync(a, self))})"));
        var known = unwritten.Length == 0 ? "" : $" Members by the journal: {string.Join(", ", answers[seeds.Count..])}.";
        return $"joining the cluster for {waited.TotalSeconds:0} s as {self.Host}:{self.Port} (cluster.hostname and cluster.port: write this node so). "
            + $"cluster.seed-nodes: {string.Join(", ", answers[..seeds.Count])}.{known} "
            + "The first of them forms the cluster: start it, and give all nodes the addresses by which they call themselves, their cluster.port and not that of HTTP, and one cluster.name";
    }
}
