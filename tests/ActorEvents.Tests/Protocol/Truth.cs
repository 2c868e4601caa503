using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;

namespace ActorEvents.Tests.Protocol;

/// <summary>What must never be so.</summary>
internal sealed class ViolationException(string kind, string what) : Exception($"{kind}: {what}")
{
    public string Kind { get; } = kind;
}

/// <summary>
/// The truth about one entity: what a fresh incarnation would recover now, compared with the records that concern it.
/// Checked whenever its journal or a committed position changes; nothing else can change the answer.
/// </summary>
internal sealed class Truth(HandlerDefinition handler, EntityKey key)
{
    private readonly Dictionary<StreamLog, List<LogRecord>> _records = [];
    private readonly Dictionary<string, (LogRecord Record, int Index)> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
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
            if (!_rejected.Add(rejection.Reason))
            {
                throw Violated("duplicate", $"{rejection.EventId} is rejected twice");
            }
        }
    }

    public void Check(EntityCore recovered)
    {
        var all = ((Ledger)recovered.State).All;
        var seen = new HashSet<string>(all.Count, StringComparer.Ordinal);
        var next = new Dictionary<StreamLog, int>();
        foreach (var applied in all)
        {
            var (record, index) = _byId[applied.Id];
            if (!seen.Add(record.Event))
            {
                throw Violated("duplicate", $"{record.Id} ({record.Event}) is applied once more: {Show()}");
            }

            var expected = next.GetValueOrDefault(record.Log);
            if (index < expected)
            {
                throw Violated("order", $"{record.Id} stands behind a later one: {Show()}");
            }

            for (var list = _records[record.Log]; expected < index; expected++)
            {
                if (list[expected].HasEffect && !seen.Contains(list[expected].Event))
                {
                    throw Violated("order", $"{record.Id} without {list[expected].Id} before it: {Show()}");
                }
            }

            next[record.Log] = index + 1;
        }

        _seen = seen;
        foreach (var log in _records.Keys)
        {
            CheckLoss(log);
        }

        string Show() => string.Join(' ', all.Select(a => a.Id));
    }

    /// <summary>All that is committed is applied, or nothing has to be.</summary>
    public void CheckLoss(StreamLog log)
    {
        if (_records.TryGetValue(log, out var list))
        {
            foreach (var record in list)
            {
                if (record.Number >= log.Committed)
                {
                    break;
                }

                if (record.HasEffect && !_seen.Contains(record.Event))
                {
                    throw Violated("loss", $"{record.Id} is committed and not applied: {string.Join(' ', _seen)}");
                }

                if (record.Kind == Kind.Rejected && !_rejected.Contains(record.Event))
                {
                    throw Violated("loss", $"{record.Id} is committed and its rejection is nowhere");
                }
            }
        }
    }

    private ViolationException Violated(string kind, string what) => new(kind, $"{handler.PersistenceId(key)}: {what}");
}
