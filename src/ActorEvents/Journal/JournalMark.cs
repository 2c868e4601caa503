using System.Globalization;

namespace ActorEvents.Journal;

/// <summary>
/// A small file of the node's own that says up to which row its journal was known to be durable, at most a second ago. A journal that does not have that row any more was
/// restored from a back-up.
/// </summary>
internal sealed class JournalMark : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly string _file;
    private readonly string _journalId;
    private readonly Func<long> _highest;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private long _kept;

    /// <param name="highest">Ordering of the last row that is known to be durable.</param>
    public JournalMark(string file, string journalId, Func<long> highest, TimeProvider time)
    {
        (_file, _journalId, _highest) = (file, journalId, highest);
        _timer = time.CreateTimer(_ => Keep(), null, s_interval, s_interval);
    }

    /// <summary>The row that the file names; 0: there is no file, or it is of another journal.</summary>
    public static long Read(string file, string journalId)
    {
        try
        {
            return File.ReadAllText(file).Split(' ') is [var id, var number] && id == journalId && long.TryParse(number, CultureInfo.InvariantCulture, out var highest) ? highest : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Keep();
    }

    private void Keep()
    {
        lock (_lock)
        {
            var highest = _highest();
            if (highest == _kept)
            {
                return;
            }

            try
            {
                // Whole or not at all: it is looked at after a crash.
                File.WriteAllText(_file + ".new", string.Create(CultureInfo.InvariantCulture, $"{_journalId} {highest}"));
                File.Move(_file + ".new", _file, overwrite: true);
                _kept = highest;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk, which the journal says. The file stays as it was, and is a lower bound.
            }
        }
    }
}
