using System.Collections.Concurrent;
using ActorEvents.Journal.Schema;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Recovery;

/// <summary>
/// Reads what entities recover from. Those that wake together share a question; no more than a few are read at once, so that 100,000 that wake after a failover wait in
/// a queue and not in the database. Two threads of its own, because reads block. What fails for all is tried again. Thread-safe.
/// </summary>
internal sealed class RecoveryReader : IDisposable
{
    private const int Threads = 2;
    private const int Together = 32;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(5);

    private readonly Dialect _dialect;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly BlockingCollection<RecoveryRead> _queue = [];
    private readonly ManualResetEventSlim _ending = new();
    private readonly List<Thread> _threads = [];

    public RecoveryReader(Dialect dialect, TimeProvider time, ILogger log)
    {
        (_dialect, _log) = (dialect, log);
        _errors = new RepeatedErrors(time);
        for (var i = 0; i < Threads; i++)
        {
            var thread = new Thread(Run) { Name = "actor-events-recovery", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public void Read(RecoveryRead read)
    {
        try
        {
            _queue.Add(read);
        }
        catch (InvalidOperationException)
        {
            read.Failed(new ObjectDisposedException(nameof(RecoveryReader), "The node ends: nothing more is read from the journal."));
        }
    }

    /// <summary>Who waits now is not answered any more.</summary>
    public void Dispose()
    {
        _ending.Set();
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join(s_end);
        }
    }

    private void Run()
    {
        RecoverySession? session = null;
        var reads = new Queue<RecoveryRead>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            if (_ending.IsSet)
            {
                break;
            }

            reads.Enqueue(first);
            while (reads.Count < Together && _queue.TryTake(out var next))
            {
                reads.Enqueue(next);
            }

            Read(ref session, reads);
        }

        session?.Dispose();
    }

    private void Read(ref RecoverySession? session, Queue<RecoveryRead> reads)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                session ??= Open();
                session.Read(reads);
                return;
            }
            catch (Exception e)
            {
                Close(ref session);
                var pause = Backoff.After(failures, s_firstPause, s_longestPause);
                var reason = _dialect.Explain(e);
                if (_errors.IsWorthSaying(reason))
                {
                    Log.RecoveryWaits(_log, reads.Count, pause.TotalMilliseconds, reason);
                }

                if (_ending.Wait(pause))
                {
                    return;
                }
            }
        }
    }

    private RecoverySession Open() => _dialect switch
    {
        SqliteDialect sqlite => new SqliteRecoverySession(sqlite.Connect()),
        PostgresDialect postgres => new PostgresRecoverySession(postgres.Connect()),
        _ => throw new NotSupportedException(_dialect.Description),
    };

    private void Close(ref RecoverySession? session)
    {
        try
        {
            session?.Dispose();
        }
        catch (Exception e)
        {
            Log.JournalSessionClosed(_log, e.Message);
        }

        session = null;
    }
}
