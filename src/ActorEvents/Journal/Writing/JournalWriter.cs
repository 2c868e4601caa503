using System.Collections.Concurrent;
using System.Data.Common;
using ActorEvents.Journal.Schema;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Writing;

/// <summary>
/// The one writer of a database. What is handed over while a transaction commits goes into the next one, all with one fsync; a lone fact is written at once. A thread
/// of its own, because a transaction blocks. What fails for all is tried again until its outcome is known: after a lost connection the journal itself is asked. A fact
/// that the database refuses is found by halving and fails alone. Thread-safe. Its queue holds what the lanes' credits allow: an append an entity, a few facts more.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private const int MaxFacts = 2_000;
    private const int MaxBytes = 8 << 20;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(40);

    private readonly Dialect _dialect;
    private readonly Func<WriteSession> _open;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly BlockingCollection<Fact> _queue = [];
    private readonly ManualResetEventSlim _ending = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource<JournalWentBackException> _wentBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriteSession? _session;
    private volatile string? _problem;
    private long _durableAt;
    private long _busySince;
    private long _highest;

    public JournalWriter(Dialect dialect, TimeProvider time, ILogger log)
        : this(dialect, () => Open(dialect, time), time, log)
    {
    }

    internal JournalWriter(Dialect dialect, Func<WriteSession> open, TimeProvider time, ILogger log)
    {
        (_dialect, _open, _time, _log) = (dialect, open, time, log);
        _errors = new RepeatedErrors(time);
        _durableAt = time.GetTimestamp();
        _thread = new Thread(Run) { Name = "actor-events-journal", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why nothing is written at the moment, with the place and what to do; null: nothing is known to be wrong.</summary>
    public string? Problem => _problem;

    /// <summary>Since something became durable, or since the start.</summary>
    public TimeSpan SinceDurable => _time.GetElapsedTime(Volatile.Read(ref _durableAt));

    /// <summary>How long the transaction takes that is under way, with all its tries; zero: none is.</summary>
    public TimeSpan Busy => Volatile.Read(ref _busySince) is not 0 and var since ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Ordering of the last row that was told durable; 0: none yet.</summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>Completes with what is wrong when the journal has lost rows that were told durable: nothing is written any more.</summary>
    public Task<JournalWentBackException> WentBack => _wentBack.Task;

    public void Write(Fact fact)
    {
        try
        {
            _queue.Add(fact);
        }
        catch (InvalidOperationException)
        {
            fact.Failed(Ended());
        }
    }

    /// <summary>Runs statements in the next transaction. The token ends the wait only: what was handed over is written.</summary>
    public Task<T> WriteAsync<T>(Func<DbTransaction, T> write, CancellationToken cancellationToken)
    {
        var fact = new StatementFact<T>(write);
        Write(fact);
        return fact.Outcome.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what was handed over, if that succeeds at once, and ends.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _ending.Set();
        _thread.Join(s_end);
    }

    private static WriteSession Open(Dialect dialect, TimeProvider time) => dialect switch
    {
        SqliteDialect sqlite => new SqliteWriteSession(sqlite, time),
        PostgresDialect postgres => new PostgresWriteSession(postgres, time),
        _ => throw new NotSupportedException(dialect.Description),
    };

    private void Run()
    {
        var group = new List<Fact>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            group.Add(first);
            var bytes = (long)first.Bytes;
            while (group.Count < MaxFacts && bytes < MaxBytes && _queue.TryTake(out var next))
            {
                group.Add(next);
                bytes += next.Bytes;
            }

            Volatile.Write(ref _busySince, _time.GetTimestamp());
            Write(group);
            Volatile.Write(ref _busySince, 0);
            group.Clear();
        }

        _session?.Dispose();
    }

    private void Write(IReadOnlyList<Fact> facts)
    {
        if (facts.All(f => f is BarrierFact))
        {
            Durable(facts);
            return;
        }

        if (_wentBack.Task.IsCompletedSuccessfully)
        {
            // For good: others may write up to that row again, and what this node has in memory would still follow from rows that are gone.
            Fail(facts, _wentBack.Task.Result);
            return;
        }

        var refused = false;
        for (var failures = 0; ;)
        {
            try
            {
                WriteOnce(facts, again: failures > 0);
                break;
            }
            catch (JournalWentBackException e)
            {
                CloseSession();
                _problem = e.Message;
                _wentBack.TrySetResult(e);
                Fail(facts, e);
                return;
            }
            catch (Exception e)
            {
                if (_dialect.Refuses(e))
                {
                    if (_session is { IsOpen: false })
                    {
                        CloseSession();
                    }

                    if (failures > 0 && !refused)
                    {
                        // The database may have gone on with an attempt that was given up, and these rows are our own: looked up once more, now that it has ended.
                        refused = true;
                        continue;
                    }

                    SayNothing();
                    Divide(facts, e);
                    return;
                }

                refused = false;
                CloseSession();
                Say(e);
                if (_ending.Wait(Backoff.After(++failures, s_firstPause, s_longestPause)))
                {
                    Fail(facts, e);
                    return;
                }
            }
        }

        SayNothing();
        Volatile.Write(ref _durableAt, _time.GetTimestamp());
        Durable(facts);
    }

    /// <param name="again">It was tried before, and nobody knows what became of it. A transaction is there as a whole, so one row tells of all.</param>
    private void WriteOnce(IReadOnlyList<Fact> facts, bool again)
    {
        if (_session is null)
        {
            _session = _open();
            if (_highest > 0 && !_session.Has(_highest))
            {
                throw new JournalWentBackException(_dialect.Description, _highest);
            }
        }

        if (!again || facts.OfType<RowFact>().FirstOrDefault() is not { } row || !_session.IsWritten(row))
        {
            Volatile.Write(ref _highest, Math.Max(_highest, _session.Write(facts)));
        }
    }

    /// <summary>One of them is refused: each half is tried for itself, so that the others do not suffer from it.</summary>
    private void Divide(IReadOnlyList<Fact> facts, Exception cause)
    {
        if (facts.Count == 1)
        {
            facts[0].Failed(facts[0] is RowFact && _dialect.IsTaken(cause) ? new NumberTakenException(cause) : cause);
            return;
        }

        Fact[] all = [.. facts];
        Write(all[..(all.Length / 2)]);
        Write(all[(all.Length / 2)..]);
    }

    private static void Durable(IReadOnlyList<Fact> facts)
    {
        foreach (var fact in facts)
        {
            fact.Durable();
        }
    }

    private static void Fail(IReadOnlyList<Fact> facts, Exception cause)
    {
        foreach (var fact in facts)
        {
            fact.Failed(cause);
        }
    }

    private void Say(Exception cause)
    {
        _problem = _dialect.Explain(cause);
        if (_errors.IsWorthSaying(_problem))
        {
            Log.JournalNotWritten(_log, _problem);
        }
    }

    /// <summary>The database has answered.</summary>
    private void SayNothing()
    {
        if (_problem is not null)
        {
            _problem = null;
            Log.JournalWritten(_log, _dialect.Description);
        }
    }

    private void CloseSession()
    {
        var session = _session;
        _session = null;
        try
        {
            session?.Dispose();
        }
        catch (Exception e)
        {
            // It is of no use any more, and has said why.
            Log.JournalSessionClosed(_log, e.Message);
        }
    }

    private static ObjectDisposedException Ended() => new(nameof(JournalWriter), "The node ends: nothing more is written to the journal.");
}
