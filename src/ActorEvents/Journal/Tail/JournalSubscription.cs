using System.Runtime.CompilerServices;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Journal.Tail;

/// <summary>
/// One reader's place in the journal. It pulls: nothing is read for it before it asks, nothing is kept for it, and nothing is ever dropped (policy: Backpressure). At the
/// tail it shares what was read with the others; behind it the database serves it, a page at a time. One caller at a time; nothing to dispose.
/// </summary>
public sealed class JournalSubscription
{
    private readonly JournalTail _tail;
    private readonly int _pageRows;
    private bool _again;

    internal JournalSubscription(JournalTail tail, string name, long from, int pageRows)
    {
        _tail = tail;
        _pageRows = pageRows;
        Name = name;
        Place = from;
    }

    /// <summary>For log lines.</summary>
    public string Name { get; }

    /// <summary>Ordering of the last row that was handed over.</summary>
    public long Place { get; private set; }

    /// <summary>
    /// The next page: rows in commit order, as many as are there, at most the subscription's number and about 16 MiB. Waits while there is none. A journal that cannot be
    /// read is tried again for ever, with pauses of up to 10 s, and said.
    /// </summary>
    /// <returns>Empty: the tail has stopped, and there will be no more.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is lost.</exception>
    public async Task<IReadOnlyList<JournalRow>> ReadAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                if (await TryReadAsync(cancellationToken) is { Count: > 0 } page)
                {
                    return page;
                }

                failures = 0;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                await _tail.PauseAsync(Name, ++failures, e, cancellationToken);
                continue;
            }

            if (!await _tail.GrownAsync(Place, cancellationToken))
            {
                return [];
            }
        }
    }

    /// <summary>The next page; empty if there is none now. What keeps the journal from being read is thrown.</summary>
    public async Task<IReadOnlyList<JournalRow>> TryReadAsync(CancellationToken cancellationToken)
    {
        var page = await _tail.ReadAsync(Place, _pageRows, _again, cancellationToken);
        if (page.Count > 0)
        {
            Place = page[^1].Ordering;
            _again = false;
        }

        return page;
    }

    /// <summary>Page after page until the tail stops.</summary>
    public async IAsyncEnumerable<IReadOnlyList<JournalRow>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken) is { Count: > 0 } page)
        {
            yield return page;
        }
    }

    /// <summary>Goes to another place. The next page comes from the database: a row that could not be read may have been restored.</summary>
    public void Seek(long place)
    {
        Place = place;
        _again = true;
    }
}
