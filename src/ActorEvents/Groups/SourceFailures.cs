using System.Collections.Concurrent;

namespace ActorEvents.Groups;

/// <summary>Why sources of this node do not run: from a failure on until they have run for a while. Written by the group, read for readiness. Thread-safe.</summary>
internal sealed class SourceFailures
{
    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>One text a source, with its name.</summary>
    public IReadOnlyList<string> All => [.. _reasons.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"source {r.Key} failed and is started again: {r.Value}")];

    public void Add(string source, string reason) => _reasons[source] = reason;

    public void Remove(string source) => _reasons.TryRemove(source, out _);
}
