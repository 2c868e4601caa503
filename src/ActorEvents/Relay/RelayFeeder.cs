using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;
using ActorEvents.Telemetry;

namespace ActorEvents.Relay;

/// <summary>
/// One time that the relay runs, from taking the lease to losing it: reads pages, hands them over batch by batch while the window has room, takes note of what is acknowledged, stores places.
/// One pass at a time; only <see cref="View"/>, <see cref="StoreAtOnce"/> and <see cref="Wake"/> may be used meanwhile. In memory: a page, and what is under way.
/// </summary>
internal sealed class RelayFeeder(RelaySettings settings, Action progress)
{
    /// <summary>
    /// Near the journal's end a page is read when nothing is under way, or so long after the last one: what is appended meanwhile makes one list. Each costs a question to the journal, and a
    /// request for each partition.
    /// </summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(10);

    /// <summary>A page with fewer rows is near the end.</summary>
    private const int ShortPage = 1_000;

    private readonly RelayRecords _records = new(settings.JournalId, settings.Source, settings.Restores);
    private readonly TimeProvider _time = settings.Time;
    private readonly Bell _bell = new(settings.Time);
    private RelayPublisher? _publisher;
    private RelayPlaces? _places;
    private JournalSubscription? _rows;

    /// <summary>What is left of the page that is being handed over: from this index on, behind this ordering.</summary>
    private (IReadOnlyList<JournalRow> Page, int From, long After)? _rest;

    /// <summary>Nothing was there behind this ordering when it was last looked; null: look.</summary>
    private long? _nothingBehind;
    private long _epoch;
    private long _storedAt;
    private bool _foreignSeen;
    private bool _turn;
    private bool _nearEnd;
    private long _readAt;
    private volatile bool _storeAtOnce;
    private volatile bool _woken;
    private volatile RelayView? _view;

    /// <summary>Null before the lease is taken and places are read.</summary>
    public RelayView? View => _view;

    /// <summary>Where the last pass found nothing more.</summary>
    public long End { get; private set; }

    /// <summary>Somebody waits for places: they are stored after each page.</summary>
    public bool StoreAtOnce
    {
        set
        {
            _storeAtOnce = value;
            _bell.Ring();
        }
    }

    /// <summary>The journal may have grown: a pass that waits for acknowledgements looks again.</summary>
    public void Wake()
    {
        _woken = true;
        _bell.Ring();
    }

    /// <summary>Runs until nothing is left to do now, and nothing under way.</summary>
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
        }

        return Due(places);
    }

    /// <summary>After the last pass: stores what is acknowledged if it can be done at once, and closes the destination.</summary>
    public async Task CloseAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        try
        {
            if (_places is { } places)
            {
                await _publisher!.CollectAsync(places, deadline.Token);
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
        _publisher ??= new RelayPublisher(settings, _bell.Ring);
        _epoch = await settings.Store.TakeLeaseAsync(cancellationToken);
        var places = new RelayPlaces(settings.Options.RecreatedTopic, await settings.Store.ListAsync(cancellationToken));
        _rows = settings.Tail.Subscribe("the relay", places.Low, settings.Options.PageRows);
        _storedAt = _time.GetTimestamp();
        Log.RelayStarted(settings.Logger, settings.JournalId, _epoch, places.Topics.Count, places.Scanned);
        return places;
    }

    private async Task RunAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        (_rest, _nothingBehind) = (null, null);
        while (true)
        {
            _bell.Hush();
            if (await CollectAsync(places, cancellationToken))
            {
                _nothingBehind = null;
            }

            if (places.HasRoom(settings.Options) && await NextAsync(places, cancellationToken) is var (page, from, after))
            {
                var rows = RelayBatch.Rows(page, from);
                await FeedAsync(places, after, rows, cancellationToken);
                _rest = from + rows.Count < page.Count ? (page, from + rows.Count, rows[^1].Ordering) : null;
            }
            else if (places.Topics.All(t => t.UnderWay.Count == 0))
            {
                End = places.Low;
                return;
            }
            else if (!await HeardAsync(places, cancellationToken))
            {
                _nothingBehind = null;
            }
        }
    }

    /// <summary>Waits for what a pass goes on with. False: for nothing of that; it is time to look, also for rows that nobody announced.</summary>
    private Task<bool> HeardAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        var due = _woken && ToPace(places) is var pace && pace > TimeSpan.Zero ? pace : settings.Options.PollInterval;
        return _bell.HeardAsync(Due(places) is { } other && other < due ? other : due, cancellationToken);
    }

    /// <summary>Until a page may be read; 0: now.</summary>
    private TimeSpan ToPace(RelayPlaces places) => _nearEnd && !places.Settled ? s_pace - _time.GetElapsedTime(_readAt) : TimeSpan.Zero;

    /// <returns>Whether a list has completed.</returns>
    private async Task<bool> CollectAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var any = await _publisher!.CollectAsync(places, cancellationToken);
        if (any)
        {
            Show(places, published: true);
        }

        await _publisher.CheckTopicsAsync(places, cancellationToken);
        await StoreIfDueAsync(places, cancellationToken);
        return any;
    }

    /// <summary>The rest of the page, or another one; null: there is nothing now.</summary>
    private async Task<(IReadOnlyList<JournalRow> Page, int From, long After)?> NextAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        if (_rest is not null || ToPace(places) > TimeSpan.Zero)
        {
            return _rest;
        }

        if (_woken)
        {
            (_woken, _nothingBehind) = (false, null);
        }

        // Who is behind (re-created, or back after a failure) and who is in front take turns, so that a long replay holds nobody up.
        _turn = !_turn;
        var (first, second) = _turn ? (places.Low, places.High) : (places.High, places.Low);
        return await ReadAsync(first, cancellationToken) ?? await ReadAsync(second, cancellationToken);
    }

    private async Task<(IReadOnlyList<JournalRow> Page, int From, long After)?> ReadAsync(long after, CancellationToken cancellationToken)
    {
        if (after >= _nothingBehind)
        {
            return null;
        }

        // What was read and could not be used is read again, for whatever held it up may be mended.
        if (_rows!.Place != after)
        {
            _rows.Seek(after);
        }

        var page = await _rows.TryReadAsync(cancellationToken);
        _readAt = _time.GetTimestamp();
        _nearEnd = page.Count < Math.Min(ShortPage, settings.Options.PageRows);
        if (page.Count > 0)
        {
            return (page, 0, after);
        }

        _nothingBehind = after;
        return null;
    }

    private async Task FeedAsync(RelayPlaces places, long after, IReadOnlyList<JournalRow> rows, CancellationToken cancellationToken)
    {
        foreach (var (topic, ordering) in RelayBatch.NewTopics(rows, places))
        {
            await _publisher!.IdentifyAsync(places, [places.Discover(topic, ordering)], cancellationToken);
        }

        var batch = RelayBatch.Of(after, rows, places, _records);
        if (batch.Foreign is { } foreign && !_foreignSeen)
        {
            _foreignSeen = true;
            Log.ForeignRow(settings.Logger, foreign.Ordering, foreign.PersistenceId, foreign.Problem ?? "");
        }

        _publisher!.Publish(batch);
        if (batch.Last > after)
        {
            places.HandedOver(after, batch.Last);
        }

        if (batch.Damage is not null)
        {
            await SettleAsync(places, cancellationToken);
            await StoreAsync(places, cancellationToken);
            throw new RelayBlockedException(batch.Damage);
        }

        Show(places, published: false);
    }

    /// <summary>Waits for what is under way, but for topics that take nothing.</summary>
    private async Task SettleAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        while (true)
        {
            _bell.Hush();
            await CollectAsync(places, cancellationToken);
            if (places.Settled)
            {
                return;
            }

            await HeardAsync(places, cancellationToken);
        }
    }

    private async Task StoreIfDueAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        if (places.AnythingUnstored && (_storeAtOnce || _time.GetElapsedTime(_storedAt) >= settings.Options.StoreInterval))
        {
            await StoreAsync(places, cancellationToken);
            Show(places, published: false);
        }
    }

    /// <summary>It gets on when something is published, or nothing is left to publish: what is only read or handed over is no progress.</summary>
    private void Show(RelayPlaces places, bool published)
    {
        _view = places.View();
        if (published || places.Settled)
        {
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
        var due = _publisher!.Due(places);
        if (places.AnythingUnstored && settings.Options.StoreInterval - _time.GetElapsedTime(_storedAt) is var store && !(store >= due))
        {
            due = store;
        }

        return due < TimeSpan.Zero ? TimeSpan.Zero : due;
    }
}
