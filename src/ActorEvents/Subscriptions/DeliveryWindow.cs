using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Subscriptions;

/// <summary>
/// The subscription's in-flight window: for one key and stream one delivery in flight; what comes meanwhile waits and goes into the next list.
/// Pure: time comes in as timestamps of <see cref="TimeProvider.GetTimestamp"/>. Memory is bounded by the lanes' credits.
/// </summary>
internal sealed class DeliveryWindow(DeliveryOptions options, TimeProvider time)
{
    private readonly Dictionary<(string Stream, long Session), StreamWindow> _streams = [];
    private readonly Queue<KeyQueue> _ready = new();
    private readonly long _resendAfter = Ticks(options.ResendAfter, time);
    private readonly long _resendMax = Ticks(options.ResendMax, time);
    private readonly AnswerTimes _answers = new(first: Ticks(2 * options.ResendAfter, time), period: Ticks(options.ResendAfter, time));
    private LaneSession? _present;
    private StreamWindow _presentStream = null!;

    /// <summary>Keys (times streams) with something unsettled.</summary>
    public int Keys => _streams.Values.Sum(s => s.Queues.Count);

    /// <summary>Events held.</summary>
    public int Unsettled { get; private set; }

    /// <summary>Deliveries under way.</summary>
    public int InFlight => Queues.Count(q => q.InFlight);

    /// <summary>Deliveries that were sent more than once and are still not answered.</summary>
    public int Overdue => Queues.Count(q => q is { InFlight: true, Attempt: > 1 });

    /// <summary>The oldest unsettled event of each stream.</summary>
    public IEnumerable<OldestUnsettled> Oldest => _streams.Values
        .Select(s => s.Queues.Where(q => q.Count > 0).MinBy(q => q.Position)).OfType<KeyQueue>()
        .Select(q => new OldestUnsettled(q.Stream.Name, q.Position, q.Key));

    private IEnumerable<KeyQueue> Queues => _streams.Values.SelectMany(s => s.Queues);

    /// <summary>Takes an event in; it is sent at once if nothing of its key and stream is in flight.</summary>
    public void Add(LaneSession session, EntityKey key, EventEnvelope envelope)
    {
        // Events come in lists of one session.
        if (!ReferenceEquals(session, _present))
        {
            (_present, _presentStream) = (session, StreamOf(session));
        }

        var queue = _presentStream.Of(key);
        queue.Add(session, envelope);
        Unsettled++;
        MakeReady(queue);
    }

    /// <summary>The next list to send now, oldest key first; null when there is none.</summary>
    public Deliver? Next(long now)
    {
        while (_ready.TryDequeue(out var queue))
        {
            queue.Ready = false;
            if (queue.InFlight || queue.Count == 0)
            {
                continue;
            }

            queue.InFlight = true;
            queue.Attempt++;
            queue.Sent = now;
            var session = queue.Session;
            return new Deliver(queue.Key, queue.Stream, queue.Head(options.MaxEvents, options.MaxBytes), session.Number, session.Window);
        }

        return null;
    }

    /// <summary>The entity said that all up to a position is durable. What was taken off goes to <paramref name="settled"/>; ignored if nothing was.</summary>
    public void Done(Done done, long now, Action<LaneSession, long> settled)
    {
        if (!TryFind(done.Stream, done.Session, out var stream) || !stream.TryGet(done.Key, out var queue))
        {
            return;
        }

        var any = false;
        while (queue.TryTake(done.UpTo, out var session, out var envelope))
        {
            any = true;
            Unsettled--;
            settled(session, envelope.Position.Number);
        }

        if (!any)
        {
            return;
        }

        // Of a delivery that was sent again nobody knows which copy is answered.
        if (queue is { InFlight: true, Attempt: 1 })
        {
            _answers.Took(now - queue.Sent, now);
        }

        queue.InFlight = false;
        queue.Attempt = 0;
        GoOn(stream, queue);
    }

    /// <summary>The entity stopped in an orderly way without handling the delivery: send it again.</summary>
    public void Resend(Resend resend)
    {
        if (TryFind(resend.Stream, resend.Session, out var stream) && stream.TryGet(resend.Key, out var queue) && queue.InFlight)
        {
            queue.InFlight = false;
            MakeReady(queue);
        }
    }

    /// <summary>
    /// Makes every delivery that is overdue ready to be sent again, from the oldest unsettled event: unanswered for <c>resend-after</c>, doubled with each
    /// attempt, at most <c>resend-max</c>. The first send waits longer where answers took longer lately: half as long again (before the first answer: three
    /// times <c>resend-after</c>). A repeated one does not, or what a fail-over slows down would slow the fail-over down.
    /// </summary>
    /// <returns>How many.</returns>
    public int TimeOut(long now)
    {
        var overdue = 0;
        var slowest = _answers.Slowest(now);
        var first = Math.Min(_resendMax, Math.Max(_resendAfter, slowest + (slowest / 2)));
        foreach (var stream in _streams.Values)
        {
            foreach (var queue in stream.Queues)
            {
                var patience = queue.Attempt == 1 ? first : Math.Min(_resendMax, _resendAfter << Math.Min(queue.Attempt - 1, 20));
                if (queue.InFlight && now - queue.Sent >= patience)
                {
                    queue.InFlight = false;
                    MakeReady(queue);
                    overdue++;
                }
            }
        }

        return overdue;
    }

    /// <summary>
    /// Shards move, and nobody knows which deliveries are lost on the way: each that is unanswered for half a second (half as long again as answers took lately, at most 2 s) is sent again, as
    /// for the first time.
    /// </summary>
    /// <returns>How many.</returns>
    public int SendAgain(long now)
    {
        var slowest = _answers.Slowest(now);
        var patience = Math.Clamp(slowest + (slowest / 2), time.TimestampFrequency / 2, 2 * time.TimestampFrequency);
        var again = 0;
        foreach (var queue in Queues.Where(q => q.InFlight && now - q.Sent >= patience))
        {
            (queue.InFlight, queue.Attempt) = (false, 0);
            MakeReady(queue);
            again++;
        }

        return again;
    }

    /// <summary>Forgets a session's events.</summary>
    public void Close(LaneSession session)
    {
        _present = null;
        if (!_streams.TryGetValue(session.Scope, out var stream))
        {
            return;
        }

        foreach (var queue in stream.Queues.ToArray())
        {
            var before = queue.Count;
            queue.Forget(session);
            Unsettled -= before - queue.Count;
            GoOn(stream, queue);
        }

        if (stream.Queues.Count == 0)
        {
            _streams.Remove(session.Scope);
        }
    }

    private bool TryFind(string name, long session, out StreamWindow stream)
    {
        if (_present is not null && _present.Number == session && string.Equals(_present.Stream.Name, name, StringComparison.Ordinal))
        {
            stream = _presentStream;
            return true;
        }

        return _streams.TryGetValue((name, session), out stream!);
    }

    private StreamWindow StreamOf(LaneSession session)
    {
        if (!_streams.TryGetValue(session.Scope, out var stream))
        {
            _streams.Add(session.Scope, stream = new StreamWindow(session.Stream));
        }

        return stream;
    }

    private void GoOn(StreamWindow stream, KeyQueue queue)
    {
        if (queue.Count == 0)
        {
            stream.Remove(queue);
        }
        else
        {
            MakeReady(queue);
        }
    }

    private void MakeReady(KeyQueue queue)
    {
        if (queue is { InFlight: false, Ready: false })
        {
            queue.Ready = true;
            _ready.Enqueue(queue);
        }
    }

    private static long Ticks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
