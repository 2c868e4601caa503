using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Tests.Handlers;

/// <summary>A journal in memory that takes a row only with the next number. Tests make it fail.</summary>
internal class TestJournal : IEntityJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<byte[]>> _rows = new(StringComparer.Ordinal);

    public virtual void Write(Fact fact)
    {
        if (fact is not RowFact row)
        {
            fact.Durable();
        }
        else if (Store(row))
        {
            row.Durable();
        }
        else
        {
            row.Failed(new IOException("this number is there already"));
        }
    }

    public virtual void Read(RecoveryRead read)
    {
        lock (_lock)
        {
            var rows = Rows(read.PersistenceId);
            read.Read(new RecoveredPart(null, [.. rows.Skip((int)(read.After ?? 0)).Select(EntryCodec.ReadEntry)], rows.Count, true));
        }
    }

    protected bool Store(RowFact row)
    {
        lock (_lock)
        {
            var rows = Rows(row.PersistenceId);
            if (row.SequenceNumber != rows.Count + 1)
            {
                return false;
            }

            rows.Add(row.Message);
            return true;
        }
    }

    private List<byte[]> Rows(string persistenceId) =>
        _rows.TryGetValue(persistenceId, out var rows) ? rows : _rows[persistenceId] = [];
}
