using System.Collections.Concurrent;
using System.Text;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

/// <summary>A broker in memory. A topic that is re-created has another id and is empty.</summary>
internal sealed class FakeBroker
{
    private readonly Dictionary<string, Topic> _topics = [];
    private int _made;

    /// <summary>Before a publish, with its records: how many of them get in before it throws; null: no fault.</summary>
    public Func<IReadOnlyList<RelayRecord>, int?> Fault { get; set; } = _ => null;

    /// <summary>Why a topic cannot be asked for, or null.</summary>
    public Func<string, Exception?> TopicFault { get; set; } = _ => null;

    /// <summary>The place at a topic that the broker itself has, or null.</summary>
    public Func<string, long?> Place { get; set; } = _ => null;

    /// <summary>Awaited by every question for a topic's id.</summary>
    public Func<string, Task> HoldId { get; set; } = _ => Task.CompletedTask;

    /// <summary>Why a record is refused for good, or null.</summary>
    public Func<RelayRecord, string?> Refuse { get; set; } = _ => null;

    /// <summary>Awaited by every publish to a topic before it does anything.</summary>
    public Func<string, CancellationToken, Task> Hold { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Events that are under way, of all topics.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Events that were under way at a time, at most.</summary>
    public int MostUnderWay { get; private set; }

    /// <summary>Everything that was ever taken, of former incarnations too.</summary>
    public List<RelayRecord> Ever { get; } = [];

    public int Publishes { get; private set; }

    /// <summary>Events of the largest list.</summary>
    public int Largest { get; private set; }

    public int Open { get; private set; }

    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_topics)
            {
                return [.. _topics.Keys];
            }
        }
    }

    public void Recreate(string topic)
    {
        lock (_topics)
        {
            _topics[topic] = new Topic($"id-{_made++}", []);
        }
    }

    public void StartOver()
    {
        lock (_topics)
        {
            foreach (var topic in _topics.Keys.ToArray())
            {
                Recreate(topic);
            }
        }
    }

    public string Id(string topic)
    {
        lock (_topics)
        {
            if (!_topics.ContainsKey(topic))
            {
                Recreate(topic);
            }

            return _topics[topic].Id;
        }
    }

    public IReadOnlyList<RelayRecord> Records(string topic)
    {
        lock (_topics)
        {
            return _topics.TryGetValue(topic, out var found) ? [.. found.Records] : [];
        }
    }

    public string[] Data(string topic) => [.. Records(topic).Select(r => Encoding.UTF8.GetString(r.Event.Data.Span))];

    public IRelayDestination Connect()
    {
        lock (_topics)
        {
            Open++;
        }

        return new Destination(this);
    }

    private sealed record Topic(string Id, List<RelayRecord> Records);

    private sealed class Destination(FakeBroker broker) : IRelayDestination
    {
        private readonly ConcurrentDictionary<string, Feed> _feeds = [];
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentDictionary<string, bool> _callers = [];

        public async Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken)
        {
            using var only = Enter(topic);
            if (_feeds.TryGetValue(topic, out var feed) && feed is { Failure: null, UnderWay: > 0 })
            {
                throw new InvalidOperationException($"{topic} is asked for its id while something of it is under way");
            }

            await Task.Yield();
            await broker.HoldId(topic).WaitAsync(cancellationToken);
            if (broker.TopicFault(topic) is { } fault)
            {
                throw fault;
            }

            _feeds[topic] = new Feed(broker.Id(topic));
            return _feeds[topic].Told;
        }

        public Task<long?> PlaceAsync(string topic, CancellationToken cancellationToken) => Task.FromResult(broker.Place(topic));

        public Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records)
        {
            Feed feed;
            using (Enter(records[0].Topic))
            {
                feed = _feeds[records.Select(r => r.Topic).Distinct().Single()];
                lock (broker._topics)
                {
                    feed.UnderWay++;
                    broker.UnderWay += records.Count;
                    broker.MostUnderWay = Math.Max(broker.MostUnderWay, broker.UnderWay);
                    broker.Largest = Math.Max(broker.Largest, records.Count);
                }
            }

            var publishing = PublishAsync(feed, feed.Last, records);
            feed.Last = publishing;
            return publishing;
        }

        public async ValueTask DisposeAsync()
        {
            using var only = Enter("");
            await _stop.CancelAsync();
            lock (broker._topics)
            {
                broker.Open--;
            }
        }

        /// <summary>In order, and nothing behind what failed.</summary>
        private async Task<IReadOnlyList<RelayRefusal>> PublishAsync(Feed feed, Task last, IReadOnlyList<RelayRecord> records)
        {
            try
            {
                await Task.Yield();
                await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (feed.Failure is null)
                {
                    await broker.Hold(records[0].Topic, _stop.Token);
                    _stop.Token.ThrowIfCancellationRequested();
                }

                return feed.Failure is { } before ? throw before : Take(feed, records);
            }
            catch (Exception e)
            {
                feed.Failure ??= e;
                throw;
            }
            finally
            {
                lock (broker._topics)
                {
                    feed.UnderWay--;
                    broker.UnderWay -= records.Count;
                }
            }
        }

        private List<RelayRefusal> Take(Feed feed, IReadOnlyList<RelayRecord> records)
        {
            List<RelayRefusal> refusals = [];
            lock (broker._topics)
            {
                broker.Publishes++;
                var fault = broker.Fault(records);
                for (var i = 0; i < records.Count; i++)
                {
                    var topic = broker._topics[records[i].Topic];
                    if (i == fault || topic.Id != feed.Told)
                    {
                        throw new IOException($"nothing is known of {records.Count - i} record(s)");
                    }

                    if (broker.Refuse(records[i]) is { } reason)
                    {
                        refusals.Add(new RelayRefusal(i, reason));
                        continue;
                    }

                    topic.Records.Add(records[i]);
                    broker.Ever.Add(records[i]);
                }

                return fault == records.Count ? throw new IOException("the acknowledgement was lost") : refusals;
            }
        }

        /// <summary>The contract: one caller of a topic at a time.</summary>
        private Leave Enter(string topic) => _callers.TryAdd(topic, true) ? new Leave(this, topic) : throw new InvalidOperationException($"two callers of {topic} at a time");

        private sealed class Feed(string told)
        {
            public string Told => told;

            public Task Last { get; set; } = Task.CompletedTask;

            public Exception? Failure { get; set; }

            public int UnderWay { get; set; }
        }

        private sealed class Leave(Destination destination, string topic) : IDisposable
        {
            public void Dispose() => destination._callers.TryRemove(topic, out _);
        }
    }
}
