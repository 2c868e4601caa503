using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Protocol;

/// <summary>Messages of one sender to one receiver on one node: never lost, never out of order.</summary>
internal sealed class Mailbox
{
    public long Last { get; set; }
}

/// <summary>
/// Two nodes, one journal, one topic, in virtual milliseconds: the product's own <see cref="Sources.LaneFlow"/>, <see cref="SubscriptionFlow"/> and
/// <see cref="EntityFlow{TFrom}"/>, and around them what carries their messages. All chance comes from one seed, so a run is repeated exactly.
/// </summary>
internal sealed partial class Simulation
{
    private const int MaxSteps = 200_000;
    private const long TimeToRecover = 60_000;
    private readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    private readonly Dictionary<string, long> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Handler, string Key), (SimJournal Journal, List<SimEntity> Incarnations)> _entities = [];
    private readonly SimNode[] _nodes;
    private readonly int[] _owner;
    private readonly Producer _producer;
    private StreamLog[] _logs;
    private long _order;

    public Simulation(int seed, Wrong wrong, Action<string>? say)
    {
        Random = new Random(seed);
        Plan = new Plan(Random, wrong);
        Clock = new VirtualClock(this);
        Say = say is null ? null : text => say($"{Now,5} {text}");
        Handlers = [.. Enumerable.Range(0, Plan.Handlers).Select(i => LedgerHandler.Register(i, Plan, () => Chance(Plan.HandlerFails), () => Routing && Chance(Plan.SelectorFails)))];
        _nodes = [new SimNode(this, 0), new SimNode(this, 1)];
        _owner = [.. Enumerable.Range(0, Plan.Partitions).Select(_ => Random.Next(2))];
        _producer = new Producer(Plan, Random);
        Say?.Invoke(Plan.ToString());
        _logs = Produce(0);
        foreach (var node in _nodes)
        {
            node.StartGroup();
        }

        foreach (var (at, fault) in Plan.Faults)
        {
            After(at, () => Strike(fault));
        }

        After(0, Supervise);
    }

    public Plan Plan { get; }

    /// <summary>A subscription asks key selectors now: they may fail.</summary>
    public bool Routing { get; set; }

    public Random Random { get; }

    public long Now { get; private set; }

    public int Steps { get; private set; }

    public TimeProvider Clock { get; }

    /// <summary>Null: nobody reads the trace, and no text is made.</summary>
    public Action<string>? Say { get; }

    public IReadOnlyList<HandlerDefinition> Handlers { get; }

    /// <summary>Lanes and incarnations so far; for their names.</summary>
    public int Made { get; set; }

    /// <summary>Streams that there were so far.</summary>
    public int Streams { get; private set; }

    /// <summary>Runs the case of a seed to its end.</summary>
    /// <returns>Null, or what was violated.</returns>
    public static ViolationException? Run(int seed, Wrong wrong, Action<string>? say = null) => Run(seed, wrong, say, out _);

    public static ViolationException? Run(int seed, Wrong wrong, Action<string>? say, out int steps)
    {
        var sim = new Simulation(seed, wrong, say);
        try
        {
            sim.Run();
            return null;
        }
        catch (ViolationException violation)
        {
            sim.Say?.Invoke(violation.Message);
            return violation;
        }
        finally
        {
            steps = sim.Steps;
        }
    }

    public void After(long delay, Action step) => _agenda.Enqueue(step, (Now + delay, _order++));

    /// <summary>Whether something goes wrong now.</summary>
    public bool Chance(double rate) => rate > 0 && Now < Plan.FaultsEnd && Random.NextDouble() < rate;

    /// <summary>Within a node.</summary>
    public void Local(Mailbox mailbox, Action message)
    {
        mailbox.Last = Math.Max(mailbox.Last, Now + Random.Next(3));
        _agenda.Enqueue(message, (mailbox.Last, _order++));
    }

    /// <summary>Between a subscription and an entity, either way: may be lost, repeated, late, overtaken.</summary>
    public void Send(Action message)
    {
        for (var copies = Chance(Plan.Twice) ? 2 : 1; copies > 0; copies--)
        {
            if (Chance(Plan.Lose))
            {
                Say?.Invoke("… which is lost");
            }
            else
            {
                After(Chance(Plan.Slow) ? Random.Next(10, 500) : Random.Next(1, 6), message);
            }
        }
    }

    public void Deliver(SimSubscription from, Deliver delivery)
    {
        CheckFacts(from.Index, delivery.Key, truth => truth.CheckFact(delivery));
        var numbers = delivery.Events.Select(e => e.Position.Number);
        Say?.Invoke($"subscription {from.Index} of node {from.Node} delivers {delivery.Stream} [{string.Join(' ', numbers)}] to {delivery.Key}");
        if (Plan.OnTheWire)
        {
            delivery = DeliveryCodec.ReadDeliver(DeliveryCodec.Write(delivery));
        }

        Send(() => Route(from.Index, delivery.Key).Deliver(delivery, from));
    }

    public void Answer(SimSubscription to, Done done)
    {
        CheckFacts(to.Index, done.Key, truth => truth.CheckFact(done));
        Send(() => to.Done(done));
    }

    /// <summary>The node's committer: one write, tried again until it succeeds; it may land after the lane has ended.</summary>
    public void Commit(SimLane lane, long position) => After(Chance(Plan.Slow) ? Random.Next(10, 300) : Random.Next(1, 20), () =>
    {
        if (!lane.Ended && Chance(Plan.CommitFails))
        {
            Commit(lane, position);
            return;
        }

        Say?.Invoke($"{lane.Name}: {position} is committed{(_owner[lane.Log.Partition] == lane.Node && _logs.Contains(lane.Log) ? "" : "; a zombie commits")}");
        var name = Committed(lane.Log);
        _committed[name] = Math.Max(_committed.GetValueOrDefault(name), position);
        Settled(lane.Log, position);
        After(Random.Next(3), () => lane.Committed(position));
    });

    /// <summary>What messages state is looked at in the right protocol only: a wrong one shall show what comes of it.</summary>
    private void CheckFacts(int handler, EntityKey key, Action<Truth> check)
    {
        if (Plan.Wrong == Wrong.None)
        {
            check(Entity(handler, key).Journal.Truth);
        }
    }

    private void Run()
    {
        var until = long.MaxValue;
        while (_agenda.TryDequeue(out var step, out var when) && when.At < until)
        {
            Now = when.At;
            step();
            if (until == long.MaxValue && Now > Plan.FaultsEnd && Array.TrueForAll(_logs, l => _committed.GetValueOrDefault(Committed(l)) == l.End))
            {
                // What is still on its way may do harm.
                until = Now + 1_000;
            }

            if (++Steps > MaxSteps || (Now > Plan.FaultsEnd + TimeToRecover))
            {
                var logs = string.Join(", ", _logs.Select(l => $"{l.Name} {_committed.GetValueOrDefault(Committed(l))} of {l.End}"));
                throw new ViolationException("progress", $"not all is committed {Now - Plan.FaultsEnd} ms after the last fault: {logs}");
            }
        }

        if (_nodes.SelectMany(n => n.Subscriptions).Sum(s => s.Unsettled) is > 0 and var held)
        {
            throw new ViolationException("memory", $"all is committed, and subscriptions hold {held} events");
        }
    }

    private string Committed(StreamLog log) => Plan.Wrong == Wrong.CommitWithoutIncarnation ? log.Stream.OriginScope : log.Stream.Name;

    /// <summary>Somebody has said that all below a position is durable.</summary>
    private void Settled(StreamLog log, long position)
    {
        if (position > log.Committed)
        {
            log.Committed = position;
            foreach (var (journal, _) in _entities.Values)
            {
                journal.Truth.CheckLoss(log);
            }
        }
    }

    private StreamLog[] Produce(int incarnation)
    {
        var logs = _producer.Write(incarnation);
        Streams += logs.Length;
        foreach (var log in logs)
        {
            var records = log.Records.Select(r => $"{r.Number}={r.Envelope?.Key}:{r.Kind}{(r.Event == r.Id ? "" : $":{r.Event}")}");
            Say?.Invoke($"log {log.Name}: {string.Join(' ', records)}");
            foreach (var record in log.Records)
            {
                for (var handler = 0; handler < Handlers.Count && record.Envelope is { } envelope; handler++)
                {
                    if (Handlers[handler].Selector.Matches(envelope) && Handlers[handler].SelectKey(envelope).Key is { } key)
                    {
                        Entity(handler, new EntityKey(key)).Journal.Truth.Concerns(record);
                    }
                }
            }

            After(Random.Next(10), () => Append(log));
        }

        return logs;
    }

    /// <summary>Records come one after the other.</summary>
    private void Append(StreamLog log)
    {
        if (log.Available == log.Records.Count || !_logs.Contains(log))
        {
            return;
        }

        log.Available++;
        foreach (var lane in _nodes.SelectMany(n => n.Lanes).Where(l => l.Log == log).ToArray())
        {
            lane.Progress();
        }

        After(Random.Next(4) == 0 ? Random.Next(80) : Random.Next(4), () => Append(log));
    }

    private (SimJournal Journal, List<SimEntity> Incarnations) Entity(int handler, EntityKey key)
    {
        if (!_entities.TryGetValue((handler, key.Value), out var entity))
        {
            entity = (new SimJournal(this, Handlers[handler], key), []);
            _entities.Add((handler, key.Value), entity);
        }

        entity.Incarnations.RemoveAll(i => !i.Alive);
        return entity;
    }

    /// <summary>To any living incarnation; a new one where there is none.</summary>
    private SimEntity Route(int handler, EntityKey key)
    {
        var (_, incarnations) = Entity(handler, key);
        return incarnations.Count == 0 ? Start(handler, key) : incarnations[Random.Next(incarnations.Count)];
    }

    private SimEntity Start(int handler, EntityKey key)
    {
        var (journal, incarnations) = Entity(handler, key);
        var node = Random.Next(2);
        var incarnation = new SimEntity(this, _nodes[node].Alive ? node : 1 - node, Handlers[handler], key, journal);
        incarnations.Add(incarnation);
        return incarnation;
    }

    /// <summary>What coordinators and groups do: somebody alive owns each partition and reads its log; who has lost one learns of it some day.</summary>
    private void Supervise()
    {
        var hurry = Now > Plan.FaultsEnd;
        for (var p = 0; p < _owner.Length; p++)
        {
            var log = _logs[p];
            if (!_nodes[_owner[p]].Alive && _nodes[1 - _owner[p]].Alive && (hurry || Random.Next(3) == 0))
            {
                _owner[p] = 1 - _owner[p];
            }

            var owner = _nodes[_owner[p]];
            var lane = owner.Lanes.FirstOrDefault(l => l.Log.Partition == p);
            if (owner.Subscriptions.Length > 0 && (lane is null || (lane.Log != log && (hurry || Random.Next(3) == 0))))
            {
                Open(owner, log);
            }

            foreach (var zombie in _nodes[1 - _owner[p]].Lanes.Where(l => l.Log.Partition == p && Random.Next(hurry ? 2 : 8) == 0).ToArray())
            {
                if (Random.Next(2) == 0)
                {
                    zombie.Close();
                }
                else
                {
                    zombie.Drain(Random.Next(10, 200));
                }
            }
        }

        After(Random.Next(10, 40), Supervise);
    }

    private void Open(SimNode node, StreamLog log)
    {
        var start = _committed.GetValueOrDefault(Committed(log));
        Settled(log, start);
        var old = start > 0 && Chance(Plan.OldStart);
        Say?.Invoke($"{log.Name} is read on node {node.Index}, from {(old ? "below the committed " : "")}{start}");
        node.OpenLane(log, old ? Random.NextInt64(start) : start);
    }

    /// <summary>Timestamps are virtual milliseconds.</summary>
    private sealed class VirtualClock(Simulation sim) : TimeProvider
    {
        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => sim.Now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(sim.Now);
    }
}
