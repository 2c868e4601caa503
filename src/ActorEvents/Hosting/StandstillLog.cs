using ActorEvents.Handlers;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>Says again what stands still: after a minute, 2, 4 … and then every quarter of an hour, until it goes on. That it began is said where it began.</summary>
internal sealed class StandstillLog(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);
    private readonly Dictionary<string, (long Since, long Said, int Times)> _still = new(StringComparer.Ordinal);

    /// <param name="problems">A text each; what stands before its first ": " names the part.</param>
    public void Look(IEnumerable<string> problems)
    {
        var now = time.GetTimestamp();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var problem in problems)
        {
            var part = problem.Split(": ", 2)[0];
            if (!seen.Add(part) || _still.TryAdd(part, (now, now, 1)))
            {
                continue;
            }

            var (since, said, times) = _still[part];
            if (time.GetElapsedTime(said, now) >= Backoff.After(times, s_first, s_longest, chance: 0))
            {
                _still[part] = (since, now, times + 1);
                Log.StandsStill(log, time.GetElapsedTime(since, now).TotalMinutes, problem);
            }
        }

        foreach (var part in _still.Keys.Where(p => !seen.Contains(p)).ToArray())
        {
            _still.Remove(part);
        }
    }

    /// <summary>The keys that do not go on, a text for each handler.</summary>
    public static IEnumerable<string> Of(IEnumerable<BlockedKey> keys) => keys.GroupBy(k => k.Handler, StringComparer.Ordinal).Select(h =>
    {
        var longest = h.MaxBy(k => k.Failures)!;
        return $"keys of handler {h.Key}: {h.Count()} do not go on, among them '{longest.Key.Value}' (tried {longest.Failures} time(s)): {longest.Reason}";
    });
}
