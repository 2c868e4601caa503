using System.Globalization;
using ActorEvents.Journal.Schema;

namespace ActorEvents.Journal.Stores;

/// <summary>
/// Whether the journal takes writes, found by writing: it can be read all the while on a disk that is full, or while another process keeps the lock. At most one
/// write at a time and one a second, however often it is asked. Thread-safe.
/// </summary>
/// <param name="answer">An answer takes no longer than this.</param>
/// <param name="patience">A write that is under way for so long is a problem. Shorter, a burst of appends would be one.</param>
internal sealed class JournalCheck(Dialect dialect, TimeProvider time, TimeSpan answer, TimeSpan patience)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private Task<string?>? _write;
    private long _begun;

    public JournalCheck(Dialect dialect, TimeProvider time)
        : this(dialect, time, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10))
    {
    }

    /// <summary>Why the journal takes no writes, with its place and what to do; null: it does, as far as is known.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        var (write, begun) = Current();
        try
        {
            return await write.WaitAsync(answer, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            var waited = time.GetElapsedTime(begun);
            return waited < patience ? null : string.Create(
                CultureInfo.InvariantCulture, $"The {dialect.Description} has taken no write for {waited.TotalSeconds:0} s: {dialect.WhoHoldsIt}");
        }
    }

    private (Task<string?> Write, long Begun) Current()
    {
        lock (_lock)
        {
            if (_write is null || (_write.IsCompleted && time.GetElapsedTime(_begun) >= s_keep))
            {
                _begun = time.GetTimestamp();
                _write = WriteAsync();
            }

            return (_write, _begun);
        }
    }

    private async Task<string?> WriteAsync()
    {
        try
        {
            await dialect.WriteAsync(
                async (transaction, token) =>
                {
                    // Another value each time: the same one would not be written.
                    await using var command = transaction.Command(
                        dialect.TakeJournalLock + "INSERT INTO ae_meta (name, value) VALUES ('written-at', @now) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        ("@now", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));
                    await command.ExecuteNonQueryAsync(token);
                    return true;
                },
                CancellationToken.None);
            return null;
        }
        catch (JournalUnavailableException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            return $"The {dialect.Description} takes no writes: {e.Message}";
        }
    }
}
