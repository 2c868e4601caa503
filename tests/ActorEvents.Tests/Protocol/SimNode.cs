namespace ActorEvents.Tests.Protocol;

/// <summary>One node: its subscriptions and lanes, one for all.</summary>
internal sealed class SimNode(Simulation sim, int index)
{
    private readonly List<SimLane> _lanes = [];
    private int _generation;

    public int Index { get; } = index;

    public bool Alive { get; private set; } = true;

    /// <summary>Empty while the group starts again.</summary>
    public SimSubscription[] Subscriptions { get; private set; } = [];

    public IEnumerable<SimLane> Lanes => _lanes.Where(l => !l.Ended);

    public void StartGroup()
    {
        Alive = true;
        Subscriptions = [.. sim.Handlers.Select((h, i) => new SimSubscription(sim, Index, i, h))];
    }

    public void Crash()
    {
        sim.Say?.Invoke($"node {Index} crashes");
        Alive = false;
        EndGroup();
        StartLater(sim.Random.Next(20, 200));
    }

    public void SubscriptionFails()
    {
        if (Subscriptions.Length == 0)
        {
            return;
        }

        sim.Say?.Invoke($"a subscription of node {Index} fails");
        if (sim.Plan.Wrong == Wrong.RestartUnnoticed)
        {
            Subscriptions[sim.Random.Next(Subscriptions.Length)].LoseMemory();
            return;
        }

        EndGroup();
        StartLater(sim.Random.Next(10, 80));
    }

    /// <summary>A new session. An older lane of the partition is told to stop; what it still says may come behind the first words of the new one.</summary>
    public void OpenLane(StreamLog log, long start)
    {
        foreach (var old in Lanes.Where(l => l.Log.Partition == log.Partition))
        {
            sim.After(sim.Random.Next(5), old.Close);
        }

        _lanes.RemoveAll(l => l.Ended);
        _lanes.Add(new SimLane(sim, Index, log, start, Subscriptions));
    }

    private void StartLater(long delay)
    {
        var generation = ++_generation;
        sim.After(delay, () =>
        {
            if (generation == _generation)
            {
                StartGroup();
            }
        });
    }

    private void EndGroup()
    {
        foreach (var subscription in Subscriptions)
        {
            subscription.Alive = false;
        }

        foreach (var lane in Lanes)
        {
            lane.Kill();
        }

        Subscriptions = [];
    }
}
