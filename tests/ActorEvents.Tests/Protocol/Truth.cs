using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Protocol;

/// <summary>What must never be so.</summary>
internal sealed class ViolationException(string kind, string what) : Exception($"{kind}: {what}")
{
    public string Kind { get; } = kind;
}

/// <summary>
/// The truth about one entity: what a fresh incarnation would recover now, compared with the records that concern it. Checked whenever its journal or
/// a committed position changes; nothing else can change the answer. An entity without a journal is held to less: each incarnation applies in order and
/// at most once, and what is committed was applied by one of them.
/// </summary>
internal sealed class Truth(HandlerDefinition handler, EntityKey key)
{
    private readonly bool _durable = handler.Durability == Durability.Journal;
    private readonly Dictionary<StreamLog, List<LogRecord>> _records = [];
    private readonly Dictionary<string, (LogRecord Record, int Index)> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);
    private HashSet<string> _seen = [];

    public void Concerns(LogRecord record)
    {
        if (!_records.TryGetValue(record.Log, out var list))
        {
            _records.Add(record.Log, list = []);
        }

        _byId.Add(record.Id, (record, list.Count));
        list.Add(record);
    }

    /// <summary>An append was accepted.</summary>
    public void Accepted(JournalEntry entry)
    {
        foreach (var rejection in entry.Rejections)
        {
            if (!_rejected.Add(rejection.Reason) && _durable)
            {
                throw Violated("duplicate", $"{rejection.EventId} is rejected twice");
            }
        }
    }

    /// <param name="core">A fresh incarnation after its recovery; without a journal, one that has just decided.</param>
    public void Check(EntityCore core)
    {
        var all = ((Ledger)core.State).All;
        var seen = new HashSet<string>(all.Count, StringComparer.Ordinal);
        var next = new Dictionary<StreamLog, int>();
        foreach (var applied in all)
        {
            var (record, index) = _byId[applied.Id];
            if (!seen.Add(record.Event))
            {
                throw Violated("duplicate", $"{record.Id} ({record.Event}) is applied once more: {Show(all)}");
            }

            var expected = next.GetValueOrDefault(record.Log);
            if (index < expected)
            {
                throw Violated("order", $"{record.Id} stands behind a later one: {Show(all)}");
            }

            for (var list = _records[record.Log]; _durable && expected < index; expected++)
            {
                if (list[expected].HasEffect && !seen.Contains(list[expected].Event))
                {
                    throw Violated("order", $"{record.Id} without {list[expected].Id} before it: {Show(all)}");
                }
            }

            next[record.Log] = index + 1;
        }

        if (!_durable)
        {
            seen.UnionWith(_seen);
        }

        _seen = seen;
        foreach (var log in _records.Keys)
        {
            var position = core.Stored(log.Stream.Name)?.UpTo ?? -1;
            _positions[log.Stream.Name] = _durable ? position : Math.Max(position, Position(log.Stream.Name));
            CheckLoss(log);
        }
    }

    /// <summary>All that is committed is applied, or nothing has to be.</summary>
    public void CheckLoss(StreamLog log)
    {
        foreach (var record in _records.GetValueOrDefault(log) ?? [])
        {
            if (record.Number >= log.Committed)
            {
                break;
            }

            if ((record.Kind == Kind.Effect || (record.Kind == Kind.Conditional && _durable)) && !_seen.Contains(record.Event))
            {
                throw Violated("loss", $"{record.Id} is committed and not applied: {string.Join(' ', _seen)}");
            }

            if (record.Kind == Kind.Rejected && !_rejected.Contains(record.Event))
            {
                throw Violated("loss", $"{record.Id} is committed and its rejection is nowhere");
            }
        }
    }

    /// <summary>A delivery states: what is before its first event, and what is between two of them, is durable.</summary>
    public void CheckFact(Deliver delivery)
    {
        var numbers = delivery.Events.Select(e => e.Position.Number).ToHashSet();
        var durable = Position(delivery.Stream.Name);
        foreach (var record in _records.First(r => r.Key.Stream == delivery.Stream).Value)
        {
            if (!IsDurable(record) && record.Number < numbers.Max() && !numbers.Contains(record.Number))
            {
                throw Violated("fact", $"{delivery.Stream} [{string.Join(' ', numbers)}] is delivered without {record.Number}, and {durable} is durable");
            }
        }
    }

    /// <summary>An answer states: all up to a position is durable.</summary>
    public void CheckFact(Done done)
    {
        if (Position(done.Stream) < done.UpTo && _records.First(r => r.Key.Stream.Name == done.Stream).Value.Any(r => r.Number <= done.UpTo && !IsDurable(r)))
        {
            throw Violated("fact", $"{done.Stream} ≤ {done.UpTo} is answered, and {Position(done.Stream)} is durable");
        }
    }

    /// <summary>It stands in the journal what became of the record, or of the one that it repeats.</summary>
    private bool IsDurable(LogRecord record) => record.Number <= Position(record.Log.Stream.Name)
        || _records.Any(log => log.Key.Partition == record.Log.Partition && log.Value.Exists(r => r.Event == record.Event && r.Number <= Position(log.Key.Stream.Name)));

    private long Position(string stream) => _positions.GetValueOrDefault(stream, -1);

    private ViolationException Violated(string kind, string what) => new(kind, $"{handler.PersistenceId(key)}: {what}");

    private static string Show(IEnumerable<Applied> all) => string.Join(' ', all.Select(a => a.Id));
}
