using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Tail;

/// <summary>
/// The journal as it grows, for everything on this node that follows it: relay, projections, completion. Rows are read at its end and decoded once, for all
/// subscriptions together, and only while one of them asks for more; the last ones stay in a <see cref="TailWindow"/>. Who has fallen out of the window reads pages of its own
/// until it has caught up, so that a slow one neither slows the others nor costs memory. While somebody waits at the end, it looks when this node has appended what
/// is to be emitted, and by a poll with growing pauses. Thread-safe.
/// </summary>
public sealed class JournalTail : IAsyncDisposable
{
    internal const int MaxRows = 4_000;
    internal const long MaxBytes = 8L << 20;
    private const int PageRows = 2_000;

    /// <summary>The pause between two looks doubles up to this many times the first.</summary>
    private const int LongestPause = 8;

    /// <summary>Time between two looks at least, however many appends there are.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly IJournalReader _reader;
    private readonly TimeSpan _poll;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatedErrors _errors;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private readonly TailWindow _window = new(MaxRows, MaxBytes);
    private TaskCompletionSource _grown = New();
    private TaskCompletionSource _woken = New();
    private (long From, Task<IReadOnlyList<JournalRow>> Rows)? _look;
    private Task _polling = Task.CompletedTask;
    private bool _polls;
    private bool _stopped;
    private int _waiting;
    private long _seen;
    private long _lookedAt;

    /// <param name="poll">First pause between two looks at a journal that does not grow; it doubles up to eight times that.</param>
    internal JournalTail(IJournalReader reader, TimeSpan poll, TimeProvider time, ILogger logger)
    {
        _reader = reader;
        _poll = poll;
        _time = time;
        _logger = logger;
        _errors = new RepeatedErrors(time);
        _stopping = _stop.Token;
    }

    /// <summary>Rows and bytes that are kept in memory now.</summary>
    internal (int Rows, long Bytes) Held
    {
        get
        {
            lock (_lock)
            {
                return (_window.Count, _window.Bytes);
            }
        }
    }

    private long End
    {
        get
        {
            lock (_lock)
            {
                return _window.End;
            }
        }
    }

    /// <summary>A new reader with a place of its own.</summary>
    /// <param name="name">For log lines.</param>
    /// <param name="from">It gets the rows behind this ordering; 0: all.</param>
    /// <param name="pageRows">Rows in one page at most.</param>
    public JournalSubscription Subscribe(string name, long from, int pageRows = PageRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageRows, 1);
        return new JournalSubscription(this, name, from, pageRows);
    }

    /// <summary>The journal's end: the highest ordering that is committed now; 0: it is empty.</summary>
    public Task<long> EndAsync(CancellationToken cancellationToken) => _reader.HighestOrderingAsync(cancellationToken);

    /// <summary>Ends all subscriptions; call it before the journal is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _grown.TrySetResult();
            running = [_polling, _look?.Rows ?? Task.CompletedTask];
        }

        await _stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>This node has appended: look at once.</summary>
    internal void Wake()
    {
        if (!Volatile.Read(ref _woken).Task.IsCompleted)
        {
            lock (_lock)
            {
                _woken.TrySetResult();
            }
        }
    }

    /// <summary>Rows behind a place; empty: there was none when it was asked, or the tail has stopped.</summary>
    /// <param name="again">Read them from the database even if they are here.</param>
    internal async Task<IReadOnlyList<JournalRow>> ReadAsync(long place, int limit, bool again, CancellationToken cancellationToken)
    {
        long seen;
        for (var present = false; ; present = true)
        {
            Task<IReadOnlyList<JournalRow>> look;
            lock (_lock)
            {
                seen = _seen;
                if (_stopped)
                {
                    return [];
                }

                // Who is furthest ahead is at the tail.
                if (place > _window.End)
                {
                    _window.MoveTo(place);
                }

                if (!again && place >= _window.Start && place < _window.End)
                {
                    return _window.Behind(place, limit);
                }

                if (place < _window.End)
                {
                    break;
                }

                // A look that is under way began before it was asked: that it finds nothing says nothing.
                if (_look is { } underWay && underWay.From == place)
                {
                    look = underWay.Rows;
                }
                else
                {
                    present = true;
                    look = Task.Run(() => LookAsync(place), CancellationToken.None);
                    _look = (place, look);
                }
            }

            try
            {
                if (await look.WaitAsync(cancellationToken) is { Count: > 0 } rows)
                {
                    return rows.Count <= limit ? rows : [.. rows.Take(limit)];
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return [];
            }

            if (present)
            {
                FoundNone(place, seen);
                return [];
            }
        }

        var page = await _reader.ReadAsync(place, limit, cancellationToken);
        if (page.Count == 0)
        {
            FoundNone(place, seen);
        }

        return page;
    }

    /// <param name="seen">The end of the journal as it was known before it was asked.</param>
    private void FoundNone(long place, long seen)
    {
        lock (_lock)
        {
            // Rows that were seen before are gone (a journal that went back): else who stands before them would be told for ever that there are some.
            var gone = _seen == seen && seen > place;
            _seen = gone ? place : _seen;

            // Somebody's place is behind the journal's end, as after a restore; the tail is where it ends.
            if ((gone || _window.Count == 0) && place < _window.End)
            {
                _window.MoveTo(place);
            }
        }
    }

    /// <summary>Completes when there is, or may be, a row behind a place; false: the tail has stopped.</summary>
    internal async Task<bool> GrownAsync(long place, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grown;
            lock (_lock)
            {
                if (_stopped || _seen > place)
                {
                    return !_stopped;
                }

                grown = _grown.Task;
                _waiting++;
                if (!_polls)
                {
                    _polls = true;
                    _polling = Task.Run(PollAsync, CancellationToken.None);
                }
            }

            try
            {
                await grown.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _waiting--;
                }
            }
        }
    }

    /// <summary>After a failure: says it if it is worth it, and waits.</summary>
    internal async Task PauseAsync(string who, int failures, Exception cause, CancellationToken cancellationToken)
    {
        var pause = Backoff.After(failures, FirstRetry, LongestRetry);
        if (_errors.IsWorthSaying(cause.Message))
        {
            Log.TailFailed(_logger, who, pause.TotalMilliseconds, cause.Message);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        await Task.Delay(pause, _time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<IReadOnlyList<JournalRow>> LookAsync(long place)
    {
        lock (_lock)
        {
            // What was appended up to here is seen by this look.
            if (_woken.Task.IsCompleted)
            {
                Volatile.Write(ref _woken, New());
            }

            _lookedAt = _time.GetTimestamp();
        }

        IReadOnlyList<JournalRow> rows = [];
        try
        {
            return rows = await _reader.ReadAsync(place, PageRows, _stopping);
        }
        finally
        {
            lock (_lock)
            {
                if (_look?.From == place)
                {
                    _look = null;
                }

                if (rows.Count > 0)
                {
                    if (_window.End == place)
                    {
                        _window.Add(rows);
                    }

                    _seen = Math.Max(_seen, rows[^1].Ordering);
                    _grown.TrySetResult();
                    _grown = New();
                }
            }
        }
    }

    /// <summary>Runs while somebody waits.</summary>
    private async Task PollAsync()
    {
        var (idle, failures) = (1, 0);
        while (true)
        {
            Task woken;
            lock (_lock)
            {
                _polls = !_stopped && _waiting > 0;
                if (!_polls)
                {
                    return;
                }

                woken = _woken.Task;
            }

            if (failures == 0)
            {
                await woken.WaitAsync(Backoff.After(idle, _poll, LongestPause * _poll, chance: 0), _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            var rest = Interval - _time.GetElapsedTime(_lookedAt);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            try
            {
                var found = (await ReadAsync(End, PageRows, again: false, CancellationToken.None)).Count > 0;
                (idle, failures) = (found || woken.IsCompleted ? 1 : idle + 1, 0);
            }
            catch (Exception e)
            {
                await PauseAsync("the tail", ++failures, e, CancellationToken.None);
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
