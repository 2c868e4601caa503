using ActorEvents.Events;

namespace ActorEvents.Subscriptions;

/// <summary>One list to send: from the oldest unsettled event of a key and stream on, none left out.</summary>
/// <param name="Attempt">1 for the first send.</param>
internal readonly record struct Delivery(EntityKey Key, StreamId Stream, EventEnvelope[] Events, int Attempt);

/// <summary>
/// The subscription's in-flight window: for one key and stream one delivery in flight; what comes meanwhile waits and goes into the next list.
/// Pure: time comes in as timestamps of <see cref="TimeProvider.GetTimestamp"/>. Memory is bounded by the lanes' credits.
/// </summary>
internal sealed class DeliveryWindow(DeliveryOptions options, TimeProvider time)
{
    private readonly Dictionary<(string Key, string Stream), KeyQueue> _queues = [];
    private readonly Queue<KeyQueue> _ready = new();
    private readonly long _resendAfter = Ticks(options.ResendAfter, time);
    private readonly long _resendMax = Ticks(options.ResendMax, time);
    private readonly AnswerTimes _answers = new(first: Ticks(2 * options.ResendAfter, time), period: Ticks(options.ResendAfter, time));

    /// <summary>Keys (times streams) with something unsettled.</summary>
    public int Keys => _queues.Count;

    /// <summary>Events held.</summary>
    public int Unsettled { get; private set; }

    /// <summary>Deliveries that were sent more than once and are still not answered.</summary>
    public int Overdue => _queues.Values.Count(q => q is { InFlight: true, Attempt: > 1 });

    /// <summary>Takes an event in; it is sent at once if nothing of its key and stream is in flight.</summary>
    public void Add(LaneSession session, EntityKey key, EventEnvelope envelope)
    {
        var stream = envelope.Position.Stream;
        if (!_queues.TryGetValue((key.Value, stream.Name), out var queue))
        {
            queue = new KeyQueue(key, stream);
            _queues.Add((key.Value, stream.Name), queue);
        }

        queue.Add(session, envelope);
        Unsettled++;
        MakeReady(queue);
    }

    /// <summary>The next list to send now, oldest key first; false when there is none.</summary>
    public bool TryNext(long now, out Delivery delivery)
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
            delivery = new Delivery(queue.Key, queue.Stream, queue.Head(options.MaxEvents, options.MaxBytes), queue.Attempt);
            return true;
        }

        delivery = default;
        return false;
    }

    /// <summary>The entity said that all up to a position is durable. What was taken off goes to <paramref name="settled"/>; ignored if nothing was.</summary>
    public void Done(EntityKey key, string stream, long upTo, long now, Action<LaneSession, long> settled)
    {
        if (!_queues.TryGetValue((key.Value, stream), out var queue))
        {
            return;
        }

        var any = false;
        while (queue.TryTake(upTo, out var session, out var envelope))
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
        if (queue.Count == 0)
        {
            _queues.Remove((key.Value, stream));
        }
        else
        {
            MakeReady(queue);
        }
    }

    /// <summary>The entity stopped in an orderly way without handling the delivery: send it again.</summary>
    public void Resend(EntityKey key, string stream)
    {
        if (_queues.TryGetValue((key.Value, stream), out var queue) && queue.InFlight)
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
        foreach (var queue in _queues.Values)
        {
            var patience = queue.Attempt == 1 ? first : Math.Min(_resendMax, _resendAfter << Math.Min(queue.Attempt - 1, 20));
            if (queue.InFlight && now - queue.Sent >= patience)
            {
                queue.InFlight = false;
                MakeReady(queue);
                overdue++;
            }
        }

        return overdue;
    }

    /// <summary>Forgets a session's events.</summary>
    public void Close(LaneSession session)
    {
        foreach (var queue in _queues.Values.Where(q => q.Stream == session.Stream).ToArray())
        {
            var before = queue.Count;
            queue.Forget(session);
            Unsettled -= before - queue.Count;
            if (queue.Count == 0)
            {
                _queues.Remove((queue.Key.Value, queue.Stream.Name));
            }
            else
            {
                MakeReady(queue);
            }
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
