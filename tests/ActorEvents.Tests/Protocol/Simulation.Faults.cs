using ActorEvents.Events;

namespace ActorEvents.Tests.Protocol;

/// <summary>What goes wrong.</summary>
internal sealed partial class Simulation
{
    private void Strike(Fault fault)
    {
        var victim = _nodes[Random.Next(2)];
        var partition = Random.Next(_owner.Length);
        switch (fault)
        {
            case Fault.NodeCrashes when victim.Alive:
                victim.Crash();
                foreach (var incarnation in _entities.Values.SelectMany(e => e.Incarnations).Where(i => i.Node == victim.Index))
                {
                    incarnation.Kill();
                }

                break;
            case Fault.SubscriptionFails:
                victim.SubscriptionFails();
                break;
            case Fault.Rebalance:
                _owner[partition] = 1 - _owner[partition];
                Say?.Invoke($"partition {partition} goes to node {_owner[partition]}");
                if (_nodes[_owner[partition]].Subscriptions.Length > 0)
                {
                    Open(_nodes[_owner[partition]], _logs[partition]);
                }

                break;
            case Fault.LaneFails:
                foreach (var lane in victim.Lanes.Where(l => l.Log.Partition == partition).ToArray())
                {
                    Say?.Invoke($"{lane.Name} fails: it closes");
                    lane.Close();
                }

                break;
            case Fault.TopicRecreated:
                Say?.Invoke("the topic is deleted and re-created");
                _logs = Produce(1);
                break;
            case Fault.HandlerPaused when victim.Subscriptions.Length > 0:
                victim.Subscriptions[Random.Next(victim.Subscriptions.Length)].Pause();
                break;
            case Fault.LanePaused:
                foreach (var lane in victim.Lanes.Where(l => l.Log.Partition == partition))
                {
                    lane.Pause();
                }

                break;
            case Fault.EntityStops or Fault.EntityMoves or Fault.SecondIncarnation:
                StrikeEntity(fault);
                break;
        }
    }

    private void StrikeEntity(Fault fault)
    {
        var (id, (_, incarnations)) = _entities.ElementAt(Random.Next(_entities.Count));
        incarnations.RemoveAll(i => !i.Alive);
        if (fault == Fault.SecondIncarnation && incarnations.Count == 1)
        {
            Say?.Invoke($"a second incarnation of {incarnations[0].Name}");
            Start(id.Handler, new EntityKey(id.Key));
        }
        else if (incarnations.Count > 0 && fault != Fault.SecondIncarnation)
        {
            var victim = incarnations[Random.Next(incarnations.Count)];
            Say?.Invoke($"{victim.Name} {(fault == Fault.EntityStops ? "stops" : "is handed over")}");
            if (fault == Fault.EntityStops)
            {
                victim.Kill();
            }
            else
            {
                victim.StopWhenDrained();
            }
        }
    }
}
