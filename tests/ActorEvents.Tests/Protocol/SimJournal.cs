using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Protocol;

/// <summary>
/// The journal of one entity: an append is taken as a whole or not at all, and only with the highest number ever written plus one. It may fail, or its
/// writer hears of a failure and it lands, late or never.
/// </summary>
internal sealed class SimJournal(Simulation sim, HandlerDefinition handler, EntityKey key)
{
    private readonly List<(long Number, JournalEntry Entry)> _rows = [];
    private (long Number, EntitySnapshot State)? _snapshot;
    private long _highest;

    /// <summary>As a newer version would have written it.</summary>
    private static StoredPayload Newer { get; } = new("newer", new byte[] { 1 });

    public bool Durable { get; } = handler.Durability == Durability.Journal;

    public string Name { get; } = handler.PersistenceId(key);

    public Truth Truth { get; } = new(handler, key);

    public void Write(SimEntity writer, long number, JournalEntry entry)
    {
        var duration = sim.Plan.Slow > 0 && sim.Chance(sim.Plan.Slow) ? sim.Random.Next(20, 400) : sim.Random.Next(1, 8);
        if (sim.Chance(sim.Plan.AppendFails))
        {
            sim.After(duration, () => writer.AppendFailed("failed"));
        }
        else if (sim.Chance(sim.Plan.AppendInDoubt))
        {
            sim.After(duration, () => writer.AppendFailed("in doubt"));
            if (sim.Random.Next(4) > 0)
            {
                sim.After(sim.Random.Next(1, 400), () => Land(number, entry));
            }
        }
        else
        {
            sim.After(duration, () =>
            {
                var taken = Land(number, entry) || sim.Plan.Wrong == Wrong.RefusedTakenForOwn;
                sim.After(sim.Random.Next(3), () =>
                {
                    if (taken)
                    {
                        writer.Appended();
                    }
                    else
                    {
                        writer.AppendFailed("refused");
                    }
                });
            });
        }
    }

    public void Save(long number, EntitySnapshot snapshot) => sim.After(sim.Random.Next(1, 30), () =>
    {
        if (_snapshot is { } known && known.Number >= number && sim.Plan.Wrong != Wrong.SnapshotLastWins)
        {
            return;
        }

        if (sim.Plan.Wrong == Wrong.SnapshotWithoutPositions)
        {
            snapshot = new EntitySnapshot { State = snapshot.State, Positions = [] };
        }

        sim.Say?.Invoke($"{Name}: snapshot at {number}");
        _snapshot = (number, sim.Plan.OnTheWire ? EntryCodec.ReadSnapshot(EntryCodec.Write(snapshot)) : snapshot);
        if (sim.Plan.DeleteRows)
        {
            _rows.RemoveAll(r => r.Number <= number);
        }

        Truth.Check(Recovered());
    });

    /// <summary>What a fresh incarnation gets.</summary>
    /// <param name="unreadable">The user's part cannot be read.</param>
    /// <returns>The number of its last entry.</returns>
    public long Recover(Action<EntitySnapshot> ofSnapshot, Action<JournalEntry> ofEntry, bool unreadable)
    {
        var from = 0L;
        if (_snapshot is { } snapshot)
        {
            ofSnapshot(unreadable ? new EntitySnapshot { State = Newer, Positions = snapshot.State.Positions, Marks = snapshot.State.Marks } : snapshot.State);
            from = snapshot.Number;
        }

        foreach (var (_, entry) in _rows.Where(r => r.Number > from))
        {
            ofEntry(unreadable && entry.StateEvents.Count > 0
                ? new JournalEntry { StateEvents = [Newer], Positions = entry.Positions, Marks = entry.Marks }
                : entry);
        }

        return _highest;
    }

    private EntityCore Recovered()
    {
        var core = new EntityCore(handler, sim.Clock);
        Recover(core.Recover, core.Recover, false);
        return core;
    }

    private bool Land(long number, JournalEntry entry)
    {
        if (!Takes(number))
        {
            sim.Say?.Invoke($"{Name}: entry {number} is refused");
            return false;
        }

        sim.Say?.Invoke(
            $"{Name}: entry {number} lands: {string.Join(' ', entry.Positions.Select(p => $"{p.Stream} ≤ {p.UpTo}"))}, {entry.StateEvents.Count} effects");
        _highest = Math.Max(_highest, number);
        _rows.Add((number, sim.Plan.OnTheWire ? EntryCodec.ReadEntry(EntryCodec.Write(entry)) : entry));
        Truth.Accepted(entry);
        Truth.Check(Recovered());
        return true;
    }

    private bool Takes(long number) => sim.Plan.Wrong switch
    {
        Wrong.NoFence => true,
        Wrong.FenceForgetsDeleted => _rows.TrueForAll(r => r.Number != number),
        _ => number == _highest + 1,
    };
}
