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
    private IActorRef _actor = ActorRefs.Nobody;

    internal EventObserver(string name, ObserverOptions options)
    {
        Name = name;
        _selector = new EventSelector(options.Types, options.Sources, options.ContentTypes);
        _ring = new ObserverRing(options.MaxEvents, options.MaxBytes);
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
                return _ring.Dropped;
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

    internal void RunBy(IActorRef actor) => _actor = actor;

    internal void Take(EventEnvelope[] events)
    {
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

    /// <summary>Nothing more comes.</summary>
    internal void End() => _news.Writer.TryComplete();
}
