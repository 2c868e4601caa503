using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;
using ActorEvents.Telemetry;

namespace ActorEvents.Relay;

/// <summary>
/// One time that the relay runs, from taking the lease to losing it: reads pages, publishes, stores places. One pass at a time; only
/// <see cref="View"/> and <see cref="StoreAtOnce"/> may be used meanwhile. In memory: the page that is published and the next one.
/// </summary>
internal sealed class RelayFeeder(RelaySettings settings, Action progress)
{
    /// <summary>A page with fewer rows than this share of a full one is near the end: nothing is read ahead.</summary>
    private const int ReadAheadShare = 16;

    private readonly RelayRecords _records = new(settings.JournalId, settings.Source, settings.Restores);
    private readonly TimeProvider _time = settings.Time;
    private RelayPublisher? _publisher;
    private RelayPlaces? _places;
    private JournalSubscription? _rows;
    private (long After, Task<IReadOnlyList<JournalRow>> Page)? _ahead;
    private long _epoch;
    private long _storedAt;
    private bool _foreignSeen;
    private volatile bool _storeAtOnce;
    private volatile RelayView? _view;

    /// <summary>Null before the lease is taken and places are read.</summary>
    public RelayView? View => _view;

    /// <summary>Where the last pass found nothing more.</summary>
    public long End { get; private set; }

    /// <summary>Somebody waits for places: they are stored after each page.</summary>
    public bool StoreAtOnce
    {
        set => _storeAtOnce = value;
    }

    /// <summary>Runs until nothing is left to do now.</summary>
    /// <returns>When there will be something to do even without new rows: a retry, places to store, topics to ask for; null: never.</returns>
    /// <exception cref="RelayLeaseLostException">This feeder is over.</exception>
    public async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        var places = _places ??= await OpenAsync(cancellationToken);
        try
        {
            await RunAsync(places, cancellationToken);
        }
        finally
        {
            _view = places.View();
            await DropAheadAsync();
        }

        return Due(places);
    }

    /// <summary>After the last pass: stores what is acknowledged if it can be done at once, and closes the destination.</summary>
    public async Task CloseAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        try
        {
            if (_places is { AnythingUnstored: true } places)
            {
                await StoreAsync(places, deadline.Token);
                _view = places.View();
            }
        }
        catch (Exception e)
        {
            // What is not stored is published again by the next one.
            Log.RelayCloseFailed(settings.Logger, e.Message);
        }

        if (_publisher is not null)
        {
            await _publisher.CloseAsync();
        }
    }

    private async Task<RelayPlaces> OpenAsync(CancellationToken cancellationToken)
    {
        _publisher ??= new RelayPublisher(settings);
        _epoch = await settings.Store.TakeLeaseAsync(cancellationToken);
        var places = new RelayPlaces(settings.Options.RecreatedTopic, await settings.Store.ListAsync(cancellationToken));
        _rows = settings.Tail.Subscribe("the relay", places.Low, settings.Options.PageRows);
        _storedAt = _time.GetTimestamp();
        Log.RelayStarted(settings.Logger, settings.JournalId, _epoch, places.Topics.Count, places.Scanned);
        return places;
    }

    private async Task RunAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        var (turn, headDone) = (false, false);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _publisher!.CheckTopicsAsync(places, cancellationToken);
            await StoreIfDueAsync(places, cancellationToken);

            // Who is behind (re-created, or back after a failure) and who is in front take turns, so that a long replay holds nobody up.
            var (low, high) = (places.Low, places.High);
            turn = !turn;
            var after = turn || headDone ? low : high;
            var page = await PageAsync(after, cancellationToken);
            if (page.Count > 0)
            {
                if (low == high && page.Count >= settings.Options.PageRows / ReadAheadShare)
                {
                    ReadAhead(page[^1].Ordering, cancellationToken);
                }

                await FeedAsync(places, after, page, cancellationToken);
            }
            else if (after == low)
            {
                await StoreIfDueAsync(places, cancellationToken);
                End = after;
                return;
            }
            else
            {
                headDone = true;
            }
        }
    }

    private async Task FeedAsync(RelayPlaces places, long after, IReadOnlyList<JournalRow> page, CancellationToken cancellationToken)
    {
        foreach (var (topic, ordering) in RelayBatch.NewTopics(page, places))
        {
            await _publisher!.IdentifyAsync(places, places.Discover(topic, ordering), cancellationToken);
        }

        var batch = RelayBatch.Of(after, page, places, _records);
        if (batch.Foreign is { } foreign && !_foreignSeen)
        {
            _foreignSeen = true;
            Log.ForeignRow(settings.Logger, foreign.Ordering, foreign.PersistenceId, foreign.Problem ?? "");
        }

        if (batch.Records.Count > 0 && !await _publisher!.PublishAsync(places, batch, cancellationToken))
        {
            return;
        }

        if (batch.Last > after)
        {
            places.Advance(after, batch.Last);
        }

        if (batch.Damage is not null)
        {
            await StoreAsync(places, cancellationToken);
            throw new RelayBlockedException(batch.Damage);
        }

        _view = places.View();
        progress();
    }

    private async Task<IReadOnlyList<JournalRow>> PageAsync(long after, CancellationToken cancellationToken)
    {
        if (_ahead is { } ahead && ahead.After == after)
        {
            _ahead = null;
            var page = await ahead.Page;
            if (page.Count > 0)
            {
                return page;
            }

            // It was read some time ago: only a present look at the end of the journal tells that this is the end.
        }

        await DropAheadAsync();
        return await ReadAsync(after, cancellationToken);
    }

    private Task<IReadOnlyList<JournalRow>> ReadAsync(long after, CancellationToken cancellationToken)
    {
        // What was read and could not be used is read again, for whatever held it up may be mended.
        if (_rows!.Place != after)
        {
            _rows.Seek(after);
        }

        return _rows.TryReadAsync(cancellationToken);
    }

    private void ReadAhead(long after, CancellationToken cancellationToken) =>
        _ahead = (after, Task.Run(() => ReadAsync(after, cancellationToken), cancellationToken));

    private async Task DropAheadAsync()
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            await ((Task)ahead.Page).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StoreIfDueAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        if (places.AnythingUnstored && (_storeAtOnce || _time.GetElapsedTime(_storedAt) >= settings.Options.StoreInterval))
        {
            await StoreAsync(places, cancellationToken);
            _view = places.View();
            progress();
        }
    }

    private async Task StoreAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        var rows = places.Unstored();
        if (rows.Count == 0)
        {
            return;
        }

        if (!await settings.Store.StorePlacesAsync(_epoch, rows, cancellationToken))
        {
            throw new RelayLeaseLostException(_epoch);
        }

        places.StoredNow(rows);
        _storedAt = _time.GetTimestamp();
    }

    private TimeSpan? Due(RelayPlaces places)
    {
        TimeSpan? due = places.AnythingUnstored ? settings.Options.StoreInterval - _time.GetElapsedTime(_storedAt) : null;
        if (places.Topics.Count > 0 && _publisher!.NextCheck is var check && !(check >= due))
        {
            due = check;
        }

        var now = _time.GetTimestamp();
        foreach (var topic in places.Topics)
        {
            if (!topic.Checked)
            {
                var retry = _time.GetElapsedTime(now, topic.RetryAt);
                due = due is null || retry < due ? retry : due;
            }
        }

        return due < TimeSpan.Zero ? TimeSpan.Zero : due;
    }
}
