using System.Runtime.InteropServices;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Relay;

/// <summary>
/// The places of all destinations, and what is under way to them. Pure. What it keeps true: every topic that has an outgoing event at or below a stored place is itself in the
/// store, whatever happened to it. So a topic that is in no row has nothing at or below any stored place, and begins at its first event.
/// </summary>
internal sealed class RelayPlaces
{
    /// <summary>Row without destination: the journal is known up to here, so that a restart does not look for new topics from the first entry again.</summary>
    public const string ScanRow = "";

    private const string NoId = "";
    private readonly RecreatedTopic _policy;
    private readonly Dictionary<string, Dictionary<string, long>> _known = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RelayTopic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Destination, string TopicId), long> _unstored = [];
    private long _scanStored;

    public RelayPlaces(RecreatedTopic policy, IReadOnlyList<RelayPlace> stored)
    {
        _policy = policy;
        foreach (var row in stored)
        {
            Scanned = Math.Max(Scanned, row.Ordering);
            if (row.Destination != ScanRow)
            {
                Known(row.Destination)[row.TopicId] = row.Ordering;
            }
            else
            {
                _scanStored = row.Ordering;
            }
        }

        foreach (var (name, ids) in _known)
        {
            var lowest = ids.Values.Min();
            _topics[name] = new RelayTopic(name, lowest) { Stored = lowest };
        }
    }

    public IReadOnlyCollection<RelayTopic> Topics => _topics.Values;

    /// <summary>Every topic with an outgoing event at or below is known.</summary>
    public long Scanned { get; private set; }

    /// <summary>Where to read on so that nobody misses a row; the first unread of the moving destination that is furthest behind.</summary>
    public long Low => Extreme(Math.Min);

    /// <summary>The same of the one that is furthest ahead.</summary>
    public long High => Extreme(Math.Max);

    /// <summary>How far the journal is known is stored with the places that follow.</summary>
    public bool AnythingUnstored => _unstored.Count > 0 || (Scanned > _scanStored && !_topics.Values.Any(t => t.UnderWay.Count > 0));

    /// <summary>Nothing is under way but to topics that nobody waits for.</summary>
    public bool Settled => !_topics.Values.Any(t => t.UnderWay.Count > 0 && !t.Stalled);

    /// <summary>Whether more may be handed over now: none that moves waits to be asked for its id, and what is under way to them leaves room.</summary>
    public bool HasRoom(RelayOptions options)
    {
        var (events, bytes, stalled, moves) = (0L, 0L, false, false);
        foreach (var topic in _topics.Values)
        {
            stalled |= topic is { Active: true, Moves: false };
            if (!topic.Moves)
            {
                continue;
            }

            moves = true;
            if (topic.ToAsk)
            {
                return false;
            }

            (events, bytes) = (events + topic.Size.Events, bytes + topic.Size.Bytes);
        }

        // With nobody left who takes anything, reading on would only mean to read it again.
        return moves ? events < options.WindowEvents && bytes < options.WindowBytes : !stalled;
    }

    public RelayView View() => new(
        _scanStored, [.. _topics.Values.Select(t => new RelayDestinationStatus(t.Name, t.Id, t.Stored, 0, t.Stopped, t.Fault ?? t.Silence))]);

    public RelayTopic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>A topic that is in no row: nothing can have gone to it before its first event, which is in the row with this ordering.</summary>
    public RelayTopic Discover(string name, long ordering)
    {
        var topic = new RelayTopic(name, ordering - 1);
        _topics.Add(name, topic);
        return topic;
    }

    /// <summary>Takes note of the present id of a topic and decides where it goes on.</summary>
    /// <param name="kept">Where the destination itself says that it is; null: it does not.</param>
    public TopicIdentity Resolve(RelayTopic topic, string id, long? kept = null)
    {
        (topic.Checked, topic.Unanswered) = (true, false);
        if (kept is { } place && place > Known(topic.Name).GetValueOrDefault(id, -1))
        {
            // The last thing that it did was not stored here any more.
            Known(topic.Name)[id] = _unstored[(topic.Name, id)] = place;
            if (topic.Id == id)
            {
                (topic.Place, topic.Next) = (place, place);
            }
        }

        if (topic.Next >= Scanned)
        {
            // Nothing is to be sent that could fail again.
            topic.Fault = null;
        }

        if (topic.Id == id)
        {
            topic.Stopped = null;
            return TopicIdentity.Same;
        }

        var ids = Known(topic.Name);
        if (ids.TryGetValue(id, out var known))
        {
            (topic.Id, topic.Place, topic.Next, topic.Stopped) = (id, known, known, null);
            topic.Stored = _unstored.ContainsKey((topic.Name, id)) ? Math.Min(topic.Stored, known) : known;
            return TopicIdentity.Known;
        }

        if (ids.Keys.All(known => known == NoId))
        {
            Use(topic, id, ids.GetValueOrDefault(NoId, topic.Place));
            return TopicIdentity.First;
        }

        switch (_policy)
        {
            case RecreatedTopic.Replay:
                Use(topic, id, 0);
                break;
            case RecreatedTopic.Continue:
                Use(topic, id, ids.Values.Max());
                break;
            default:
                topic.Stopped = $"the topic '{topic.Name}' was re-created (id '{id}', before '{topic.Id ?? ids.Keys.Last(k => k != NoId)}'), and what the old one held may be lost. "
                    + "Say what to do with relay.recreated-topic = replay (publish everything again from the journal's first entry) or continue "
                    + "(publish only what the old topic had not got) on every node, for the relay may move, and start them again. Now: stop; nothing is skipped";
                break;
        }

        return TopicIdentity.Recreated;
    }

    /// <summary>A failure of this topic alone; it is out until it has been asked for its id again, and then goes on behind what was acknowledged.</summary>
    public static void Fail(RelayTopic topic, string reason)
    {
        topic.UnderWay.Clear();
        topic.Size = default;
        topic.Next = topic.Place;
        (topic.Stalled, topic.Silence, topic.Unanswered) = (false, null, false);
        topic.Checked = false;
        topic.Fault = reason;
        topic.Failures++;
    }

    /// <summary>A list is under way behind the others of its topic.</summary>
    public static void Send(RelayTopic topic, RelayList list, long now)
    {
        topic.MovedAt = topic.UnderWay.Count == 0 ? now : topic.MovedAt;
        topic.UnderWay.Enqueue(list);
        topic.Size = (topic.Size.Events + list.Records.Count, topic.Size.Bytes + list.Bytes);
    }

    /// <summary>The topic's oldest list under way is acknowledged, and what was refused of it is set aside.</summary>
    public void Acknowledged(RelayTopic topic, long now)
    {
        var list = topic.UnderWay.Dequeue();
        topic.Size = (topic.Size.Events - list.Records.Count, topic.Size.Bytes - list.Bytes);
        (topic.Failures, topic.Fault, topic.MovedAt, topic.Stalled, topic.Silence) = (0, null, now, false, null);
        MoveTo(topic, topic.UnderWay.Count == 0 ? topic.Next : list.UpTo);
    }

    /// <summary>Rows from <paramref name="after"/> (exclusive) to <paramref name="last"/> (inclusive) were handed over to every topic that took part in them.</summary>
    public void HandedOver(long after, long last)
    {
        Scanned = Math.Max(Scanned, last);
        foreach (var topic in _topics.Values)
        {
            if (!TakesPart(topic, after))
            {
                continue;
            }

            topic.Next = Math.Max(topic.Next, last);
            if (topic.UnderWay.Count == 0)
            {
                (topic.Failures, topic.Fault) = (0, null);
                MoveTo(topic, topic.Next);
            }
        }
    }

    /// <summary>A topic that is behind the beginning of a page takes no part in it: it would miss what is between.</summary>
    public static bool TakesPart(RelayTopic topic, long after) => topic.Moves && topic.Next >= after;

    /// <summary>Everything that the store does not have yet; to be written in one transaction, or the promise above breaks.</summary>
    public IReadOnlyList<RelayPlace> Unstored()
    {
        var rows = new List<RelayPlace>(_unstored.Count + 1);
        foreach (var topic in _topics.Values)
        {
            if (topic.Id is null && !_known.ContainsKey(topic.Name))
            {
                rows.Add(new RelayPlace(topic.Name, NoId, topic.Place));
            }
        }

        foreach (var ((destination, id), place) in _unstored)
        {
            rows.Add(new RelayPlace(destination, id, place));
        }

        if (Scanned > _scanStored)
        {
            rows.Add(new RelayPlace(ScanRow, NoId, Scanned));
        }

        return rows;
    }

    public void StoredNow(IReadOnlyList<RelayPlace> rows)
    {
        foreach (var row in rows)
        {
            if (row.Destination == ScanRow)
            {
                _scanStored = row.Ordering;
                continue;
            }

            Known(row.Destination)[row.TopicId] = row.Ordering;
            _unstored.Remove((row.Destination, row.TopicId));
            if (_topics.TryGetValue(row.Destination, out var topic) && (topic.Id ?? NoId) == row.TopicId)
            {
                topic.Stored = row.Ordering;
            }
        }
    }

    private void Use(RelayTopic topic, string id, long place)
    {
        topic.Id = id;
        (topic.Place, topic.Next) = (place, place);
        topic.Stored = Math.Min(topic.Stored, place);
        topic.Stopped = null;
        Note(topic);
    }

    private void MoveTo(RelayTopic topic, long place)
    {
        if (place > topic.Place)
        {
            topic.Place = place;
            Note(topic);
        }
    }

    private void Note(RelayTopic topic)
    {
        Known(topic.Name)[topic.Id!] = topic.Place;
        _unstored[(topic.Name, topic.Id!)] = topic.Place;
    }

    private Dictionary<string, long> Known(string name)
    {
        ref var ids = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, name, out _);
        return ids ??= new(StringComparer.Ordinal);
    }

    private long Extreme(Func<long, long, long> choose)
    {
        long? place = null;
        foreach (var topic in _topics.Values)
        {
            if (topic.Moves)
            {
                place = place is { } other ? choose(other, topic.Next) : topic.Next;
            }
        }

        return place ?? Scanned;
    }
}
