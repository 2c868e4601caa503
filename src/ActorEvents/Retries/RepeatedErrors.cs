using System.Collections.Concurrent;

namespace ActorEvents.Retries;

/// <summary>
/// Whether an error that may repeat is worth a log line: the 1st, 2nd, 4th, 8th … of its cause in a row, and one a minute at least. A pause of a minute starts again.
/// </summary>
internal sealed class RepeatedErrors(TimeProvider time)
{
    private const int MaxCauses = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (int Count, long Last, long Said)> _causes = new(StringComparer.Ordinal);

    /// <param name="of">What the error is of.</param>
    /// <param name="reason">Its text; two are the same whatever numbers stand in them (times, ports of a client).</param>
    public bool IsWorthSaying(string of, string reason) => IsWorthSaying($"{of}/{string.Concat(reason.Where(c => !char.IsAsciiDigit(c)))}");

    /// <param name="cause">What makes two errors the same, e.g. an error code.</param>
    public bool IsWorthSaying(string cause)
    {
        if (_causes.Count >= MaxCauses)
        {
            _causes.Clear();
        }

        var now = time.GetTimestamp();
        var worth = false;
        _causes.AddOrUpdate(
            cause,
            _ =>
            {
                worth = true;
                return (1, now, now);
            },
            (_, old) =>
            {
                var next = time.GetElapsedTime(old.Last, now) > Pause ? 1 : old.Count + 1;
                worth = System.Numerics.BitOperations.IsPow2(next) || time.GetElapsedTime(old.Said, now) > Pause;
                return (next, now, worth ? now : old.Said);
            });
        return worth;
    }
}
