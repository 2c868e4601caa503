using Akka.Actor;

namespace ActorEvents.Sources;

/// <summary>One question to several actors at once, for views of what is under way; never on an event's path.</summary>
internal static class Question
{
    /// <summary>How long a whole waits for its parts; who asks the whole waits longer.</summary>
    public static readonly TimeSpan OfLanes = TimeSpan.FromSeconds(0.5), OfMembers = TimeSpan.FromSeconds(1), OfNode = TimeSpan.FromSeconds(2);

    /// <summary>Asks all of them.</summary>
    /// <returns>The answers, and the names of those who gave none in time.</returns>
    public static async Task<(IReadOnlyList<T> Answers, IReadOnlyList<string> Silent)> AskAllAsync<T>(IReadOnlyCollection<(string Name, IActorRef Actor)> parts, object question, TimeSpan patience)
        where T : class
    {
        var answers = await Task.WhenAll(parts.Select(async part => (part.Name, Answer: await AskAsync<T>(part.Actor, question, patience))));
        return ([.. answers.Where(a => a.Answer is not null).Select(a => a.Answer!)], [.. answers.Where(a => a.Answer is null).Select(a => a.Name)]);
    }

    /// <summary>Asks one of them. Null: it gave no answer in time, or failed to.</summary>
    public static async Task<T?> AskAsync<T>(IActorRef actor, object question, TimeSpan patience, CancellationToken stop = default)
        where T : class
    {
        try
        {
            return await actor.Ask<T>(question, patience, stop);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }
}
