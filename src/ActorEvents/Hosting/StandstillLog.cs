using System.Globalization;
using ActorEvents.Handlers;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>Says what stands still: after 15 s, 30 s, a minute … and then every quarter of an hour, until it goes on, and then that it does. That it began is said where it began, if anybody saw it.</summary>
internal sealed class StandstillLog(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(15);
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
                Log.StandsStill(log, Length(time.GetElapsedTime(since, now)), problem);
            }
        }

        foreach (var part in _still.Keys.Where(p => !seen.Contains(p)).ToArray())
        {
            if (_still.Remove(part, out var was) && was.Times > 1)
            {
                Log.GoesOn(log, part, Length(time.GetElapsedTime(was.Since, now)));
            }
        }
    }

    private static string Length(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");

    /// <summary>The keys that do not go on, a text for each handler.</summary>
    public static IEnumerable<string> Of(IEnumerable<BlockedKey> keys) => keys.GroupBy(k => k.Handler, StringComparer.Ordinal).Select(h =>
    {
        var longest = h.MaxBy(k => k.Failures)!;
        return $"keys of handler {h.Key}: {h.Count()} do not go on, among them '{longest.Key.Value}' (tried {longest.Failures} time(s)): {longest.Reason}";
    });
}
