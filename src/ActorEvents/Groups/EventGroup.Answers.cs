using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Groups;

/// <summary>What the group answers: how its parts are, and what it lets stand still.</summary>
internal sealed partial class EventGroup
{
    private bool IsPaused(PartKind kind, string name) => _paused.Contains((kind, name));

    /// <returns>Why not, or null.</returns>
    private PartPaused Pause(PausePart part)
    {
        var (kind, name, paused) = part;
        if (kind == PartKind.Source && _settings.Sources.All(s => s.Name != name))
        {
            return new PartPaused($"There is no source '{name}' on this node; there are: {string.Join(", ", _settings.Sources.Select(s => s.Name))}.");
        }

        if (kind == PartKind.Handler && _settings.Handlers.All(h => h.Handler.Name != name))
        {
            return new PartPaused($"There is no handler '{name}' on this node; there are: {string.Join(", ", _settings.Handlers.Select(h => h.Handler.Name))}.");
        }

        var changed = paused ? _paused.Add((kind, name)) : _paused.Remove((kind, name));
        switch (kind)
        {
            case PartKind.Source when _sources.TryGetValue(name, out var source):
                source.Tell(new PauseSource(paused));
                break;
            case PartKind.Lane:
                // Which source has it, or will have it, the group does not know.
                foreach (var source in _sources.Values)
                {
                    source.Tell(new PauseStream(name, paused));
                }

                break;
            case PartKind.Handler:
                _subscriptions.Find(s => s.Handler == name)?.Actor.Tell(new PauseHandler(paused));
                break;
        }

        return new PartPaused(null) { Was = paused != changed };
    }

    private async Task<GroupStatus> StatusAsync()
    {
        // Read before the first await: what comes behind it runs on another thread.
        var (running, draining) = (_running, _draining);
        var known = _settings.Sources.Where(s => _wanted.ContainsKey(s.Name) || _sources.ContainsKey(s.Name) || _left.Reason(s.Name) is not null).Select(s => new SourceStatus(
            s.Name, IsPaused(PartKind.Source, s.Name), draining, [], [])
        {
            Problem = _left.Reason(s.Name) is { } left ? left : _reasons.TryGetValue(s.Name, out var reason) ? $"failed and is started again: {reason}" : s.Problem,
        }).ToArray();
        (string, IActorRef)[] sources = [.. _sources.Select(s => (s.Key, s.Value))];
        (string, IActorRef)[] subscriptions = [.. _subscriptions.Select(s => (s.Handler, s.Actor))];
        var asked = Question.AskAllAsync<SourceStatus>(sources, GetSourceStatus.Instance, Question.OfMembers);
        var (views, silent) = await Question.AskAllAsync<SubscriptionStatus>(subscriptions, GetSubscriptionStatus.Instance, Question.OfMembers);
        var (answers, silentSources) = await asked;
        return new GroupStatus(
            running,
            draining,
            [.. known.Select(k => answers.FirstOrDefault(a => a.Name == k.Name) is { } answer ? answer with { Problem = k.Problem } : k)],
            views,
            [.. silentSources.Select(s => $"source {s}"), .. silent.Select(h => $"subscription of handler {h}")])
        {
            Held = [.. _left.Problems(views.SelectMany(v => v.Held))],
        };
    }
}
