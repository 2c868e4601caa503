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

    /// <summary>Why a record is refused for good, or null.</summary>
    public Func<RelayRecord, string?> Refuse { get; set; } = _ => null;

    /// <summary>Awaited by every publish before it does anything.</summary>
    public Func<CancellationToken, Task> Hold { get; set; } = _ => Task.CompletedTask;

    /// <summary>Everything that was ever taken, of former incarnations too.</summary>
    public List<RelayRecord> Ever { get; } = [];

    public int Publishes { get; private set; }

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
        private readonly Dictionary<string, string> _told = [];
        private int _callers;

        public async Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken)
        {
            using var only = Enter();
            await Task.Yield();
            return broker.TopicFault(topic) is { } fault ? throw fault : _told[topic] = broker.Id(topic);
        }

        public async Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records, CancellationToken cancellationToken)
        {
            using var only = Enter();
            await Task.Yield();
            await broker.Hold(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            List<RelayRefusal> refusals = [];
            lock (broker._topics)
            {
                broker.Publishes++;
                var fault = broker.Fault(records);
                for (var i = 0; i < records.Count; i++)
                {
                    var topic = broker._topics[records[i].Topic];
                    if (i == fault || topic.Id != _told[records[i].Topic])
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

        public ValueTask DisposeAsync()
        {
            using var only = Enter();
            lock (broker._topics)
            {
                broker.Open--;
            }

            return ValueTask.CompletedTask;
        }

        /// <summary>The contract: one caller at a time.</summary>
        private Leave Enter() => Interlocked.Increment(ref _callers) == 1 ? new Leave(this) : throw new InvalidOperationException("two callers at a time");

        private sealed class Leave(Destination destination) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref destination._callers);
        }
    }
}
