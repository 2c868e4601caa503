using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Relay;

/// <summary>Rows in memory, in commit order; may fail, may hold a reader up.</summary>
internal sealed class FakeJournal : IJournalReader
{
    private readonly List<JournalRow> _rows = [];
    private readonly Dictionary<string, long> _numbers = [];
    private int _reads;
    private int _answered;

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Reads that ended without a fault.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Thrown by a read, if it answers with one.</summary>
    public Func<Exception?> Fault { get; set; } = () => null;

    /// <summary>Thrown by the question where the journal ends, if it answers with one.</summary>
    public Func<Exception?> EndFault { get; set; } = () => null;

    /// <summary>Awaited by a read that knows its rows.</summary>
    public Func<CancellationToken, Task> Hold { get; set; } = _ => Task.CompletedTask;

    public long Highest
    {
        get
        {
            lock (_rows)
            {
                return _rows.Count == 0 ? 0 : _rows[^1].Ordering;
            }
        }
    }

    public IReadOnlyList<JournalRow> Rows
    {
        get
        {
            lock (_rows)
            {
                return [.. _rows];
            }
        }
    }

    /// <param name="gap">Orderings left out before the row, as a rolled-back transaction does.</param>
    public JournalRow Append(string persistenceId, int gap = 0, params (string Topic, string Data)[] outgoing) => Append(persistenceId, new JournalEntry
    {
        StateEvents = [],
        Positions = [],
        Outgoing = [.. outgoing.Select(o => new StoredOutgoing(o.Topic, "test.said", null, null, "text/plain", "2026-11-26T10:00:00Z", System.Text.Encoding.UTF8.GetBytes(o.Data)))],
    }, null, foreign: false, gap);

    public JournalRow Append(string persistenceId, JournalEntry? entry, string? problem, bool foreign, int gap = 0)
    {
        lock (_rows)
        {
            var number = _numbers[persistenceId] = _numbers.GetValueOrDefault(persistenceId) + 1;
            var row = new JournalRow((_rows.Count == 0 ? 0 : _rows[^1].Ordering) + 1 + gap, persistenceId, number, entry, problem) { Foreign = foreign };
            _rows.Add(row);
            return row;
        }
    }

    /// <summary>Rows behind an ordering are gone.</summary>
    public void GoBack(long ordering)
    {
        lock (_rows)
        {
            _rows.RemoveAll(r => r.Ordering > ordering);
        }
    }

    /// <summary>Somebody restored a row.</summary>
    public void Replace(JournalRow row, JournalEntry entry)
    {
        lock (_rows)
        {
            _rows[_rows.IndexOf(row)] = row with { Entry = entry, Problem = null };
        }
    }

    public async Task<IReadOnlyList<JournalRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (Fault() is { } fault)
        {
            throw fault;
        }

        JournalRow[] page;
        lock (_rows)
        {
            page = [.. _rows.Where(r => r.Ordering > after).Take(limit)];
        }

        await Hold(cancellationToken);
        Interlocked.Increment(ref _answered);
        return page;
    }

    public Task<long> HighestOrderingAsync(CancellationToken cancellationToken) =>
        EndFault() is { } fault ? Task.FromException<long>(fault) : Task.FromResult(Highest);
}
