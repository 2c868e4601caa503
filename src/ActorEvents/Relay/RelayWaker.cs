using ActorEvents.Journal;
using Akka.Actor;

namespace ActorEvents.Relay;

/// <summary>
/// Wakes the relay, wherever in the cluster it is, after appends of this node: at once if the last time was long enough ago, else when the interval is
/// over; never more often, and never before an append that it stands for.
/// </summary>
internal sealed class RelayWaker : IJournalSignal, IDisposable
{
    /// <summary>Time between two notifications of one node at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    private readonly IActorRef _relay;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _pending;
    private long _last;
    private bool _toldOnce;

    /// <param name="relay">The relay, or a proxy of the singleton.</param>
    public RelayWaker(IActorRef relay, TimeProvider time)
    {
        _relay = relay;
        _time = time;
        _timer = time.CreateTimer(_ => Tell(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Appended()
    {
        // Who finds a notification pending leaves it to that one: it is told after this append. Who sets it owns the fields until it is told.
        if (Interlocked.Exchange(ref _pending, 1) == 1)
        {
            return;
        }

        var rest = _toldOnce ? Interval - _time.GetElapsedTime(_last) : TimeSpan.Zero;
        if (rest <= TimeSpan.Zero || !_timer.Change(rest, Timeout.InfiniteTimeSpan))
        {
            Tell();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tell()
    {
        _last = _time.GetTimestamp();
        _toldOnce = true;
        Interlocked.Exchange(ref _pending, 0);
        _relay.Tell(JournalAppended.Instance, ActorRefs.NoSender);
    }
}
