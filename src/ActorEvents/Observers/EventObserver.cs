using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorEvents.Events;
using ActorEvents.Telemetry;
using Akka.Actor;

namespace ActorEvents.Observers;

/// <summary>
/// What one observer has before it, oldest first: per lane in order. Read it from one place at a time, as slowly as you like: what has no room is dropped from
/// the oldest on and counted; the events themselves are handled whether anybody looks or not. Dispose ends the observing.
/// </summary>
public sealed class EventObserver : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly EventSelector _selector;
    private readonly ObserverRing _ring;

    // Holds nothing but whether there may be something to read.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long _maxBytes;
    private IActorRef _actor = ActorRefs.Nobody;
    private long _underWay;
    private long _missed;

    internal EventObserver(string name, ObserverOptions options)
    {
        Name = name;
        _selector = new EventSelector(options.Types, options.Sources, options.ContentTypes);
        _ring = new ObserverRing(options.MaxEvents, options.MaxBytes);
        _maxBytes = options.MaxBytes;
    }

    /// <summary>As it stands in the metric <c>actorevents.observer.dropped</c>.</summary>
    public string Name { get; }

    /// <summary>Events that were dropped because they were not read in time.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _ring.Dropped + Interlocked.Read(ref _missed);
            }
        }
    }

    /// <summary>Events that wait, and the bytes of memory that they hold.</summary>
    public (int Events, long Bytes) Waiting
    {
        get
        {
            lock (_lock)
            {
                return (_ring.Count, _ring.Bytes);
            }
        }
    }

    /// <summary>The oldest event that waits, if one does.</summary>
    public bool TryRead([NotNullWhen(true)] out EventEnvelope? envelope)
    {
        lock (_lock)
        {
            return _ring.TryTake(out envelope);
        }
    }

    /// <summary>What waits and what comes, until the observer is disposed or its node stops.</summary>
    public async IAsyncEnumerable<EventEnvelope> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _news.Reader.WaitToReadAsync(cancellationToken))
        {
            _news.Reader.TryRead(out _);
            while (TryRead(out var envelope))
            {
                yield return envelope;
            }
        }
    }

    /// <summary>Ends the observing; what still waits is let go.</summary>
    public async ValueTask DisposeAsync()
    {
        await _actor.GracefulStop(StopTimeout);
        while (TryRead(out _))
        {
        }
    }

    /// <summary>What the EventStream tells of emitted events.</summary>
    internal IActorRef Gate { get; private set; } = ActorRefs.Nobody;

    internal void RunBy(IActorRef actor) => (_actor, Gate) = (actor, new ObserverGate(actor, this));

    /// <summary>Whether its mailbox has room for a list; if not, that is dropped and counted. Each list that is admitted is taken once.</summary>
    internal bool Admits(EventEnvelope[] events)
    {
        var bytes = MemoryOf(events);
        if (Interlocked.Add(ref _underWay, bytes) is var all && (all <= _maxBytes || all == bytes))
        {
            return true;
        }

        Interlocked.Add(ref _underWay, -bytes);
        var missed = events.Count(_selector.Matches);
        Interlocked.Add(ref _missed, missed);
        Metrics.ObserverDropped(Name, missed);
        return false;
    }

    internal void Take(EventEnvelope[] events)
    {
        Interlocked.Add(ref _underWay, -MemoryOf(events));
        long dropped;
        lock (_lock)
        {
            dropped = -_ring.Dropped;
            foreach (var envelope in events)
            {
                if (_selector.Matches(envelope))
                {
                    var kept = KeptEvent.Of(envelope);
                    _ring.Add(kept, KeptEvent.Bytes(kept));
                }
            }

            dropped += _ring.Dropped;
        }

        if (dropped > 0)
        {
            Metrics.ObserverDropped(Name, dropped);
        }

        _news.Writer.TryWrite(true);
    }

    private static long MemoryOf(EventEnvelope[] events)
    {
        long bytes = 0;
        foreach (var envelope in events)
        {
            bytes += envelope.Size + KeptEvent.Objects;
        }

        return bytes;
    }

    /// <summary>Nothing more comes.</summary>
    internal void End() => _news.Writer.TryComplete();
}
