using System.Globalization;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Journal.Stores;

/// <summary>
/// Whether the journal takes writes: something became durable a moment ago, or else a write of its own does. It can be read all the while on a disk that is full, or
/// while another process keeps the lock. At most one write at a time and one in two seconds, however often it is asked. Thread-safe.
/// </summary>
/// <param name="answer">An answer takes no longer than this.</param>
/// <param name="patience">A transaction that is under way for so long is a problem. Shorter, a burst of appends would be one.</param>
internal sealed class JournalCheck(Dialect dialect, JournalWriter writer, TimeProvider time, TimeSpan answer, TimeSpan patience)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private Task _write = Task.CompletedTask;
    private Task<string> _cause = Task.FromResult("");
    private long _begun;

    public JournalCheck(Dialect dialect, JournalWriter writer, TimeProvider time)
        : this(dialect, writer, time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4))
    {
    }

    /// <summary>Why the journal takes no writes, with its place and what to do; null: it does, as far as is known.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        if (writer.Problem is { } known)
        {
            return known;
        }

        if (writer.Busy >= patience)
        {
            return await StuckAsync(cancellationToken);
        }

        if (writer.SinceDurable < s_keep)
        {
            return null;
        }

        try
        {
            await Current().WaitAsync(answer, time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return writer.Problem;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"The {dialect.Description} takes no writes: {e.Message}";
        }
    }

    /// <summary>The database is asked who is in the way; one question at a time.</summary>
    private async Task<string> StuckAsync(CancellationToken cancellationToken)
    {
        Task<string> cause;
        lock (_lock)
        {
            if (_cause.IsCompleted)
            {
                _cause = dialect.WhoHoldsItAsync(CancellationToken.None);
            }

            cause = _cause;
        }

        var waited = writer.Busy;
        string why;
        try
        {
            why = await cause.WaitAsync(answer, time, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            why = "it does not answer a question either. It hangs, is overloaded, or is not reached.";
        }

        return string.Create(CultureInfo.InvariantCulture, $"The {dialect.Description} has taken no write for {waited.TotalSeconds:0} s: {why}");
    }

    private Task Current()
    {
        lock (_lock)
        {
            if (_write.IsCompleted && (_begun == 0 || time.GetElapsedTime(_begun) >= s_keep))
            {
                _begun = time.GetTimestamp();

                // Another value each time: the same one would not be written.
                var now = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
                _write = writer.WriteAsync(
                    transaction =>
                    {
                        using var command = transaction.Command(
                            dialect.TakeJournalLock + "INSERT INTO ae_meta (name, value) VALUES ('written-at', @now) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                            ("@now", now));
                        return command.ExecuteNonQuery();
                    },
                    CancellationToken.None);
            }

            return _write;
        }
    }
}
