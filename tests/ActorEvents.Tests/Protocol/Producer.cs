using ActorEvents.Events;

namespace ActorEvents.Tests.Protocol;

/// <summary>
/// Writes the topic, and writes it again. Some events have an origin; producers crash and write what they wrote once more, at new positions of the same
/// partition. The re-created topic is fed from each origin's first event.
/// </summary>
internal sealed class Producer(Plan plan, Random random)
{
    private readonly List<(int Partition, Draft Draft)> _made = [];
    private readonly long[] _numbers = new long[3];

    public StreamLog[] Write(int incarnation)
    {
        var id = plan.Wrong == Wrong.NoIncarnation ? "id" : $"id{incarnation}";
        var topic = plan.Wrong == Wrong.OriginByIncarnation ? $"topic{incarnation}" : "topic";
        var drafts = new List<Draft>[plan.Partitions];
        var logs = new StreamLog[plan.Partitions];
        for (var p = 0; p < plan.Partitions; p++)
        {
            drafts[p] = [];
            var stream = StreamId.ForPartition("s", topic, id, p);
            logs[p] = new StreamLog(
                plan.Wrong == Wrong.OriginAcrossPartitions ? stream with { OriginScope = "s/topic" } : stream, p, $"{p}{new string('\'', incarnation)}");
        }

        var skip = plan.Wrong == Wrong.OriginFedFromMiddle ? random.Next(_made.Count + 1) : 0;
        foreach (var (partition, draft) in _made.Skip(skip))
        {
            drafts[partition].Add(draft);
            Sprinkle(drafts);
        }

        for (var i = plan.Records * plan.Partitions; i > 0; i--)
        {
            if (plan.Origins > 0 && random.Next(2) == 0)
            {
                var origin = random.Next(plan.Origins);
                _numbers[origin] += random.Next(1, 3);
                var made = (random.Next(plan.Partitions), New() with { Origin = new EventOrigin(origin == 0 ? "x" : "y", _numbers[origin]) });
                _made.Add(made);
                drafts[made.Item1].Add(made.Item2);
            }
            else
            {
                drafts[random.Next(plan.Partitions)].Add(New());
            }

            if (_made.Count > 0 && random.Next(8) == 0)
            {
                // The producer has crashed and begins again from where it knows that it had come to.
                var from = random.Next(_made.Count);
                foreach (var (partition, draft) in _made.Skip(from).Where(m => m.Draft.Origin!.Value.Id == _made[from].Draft.Origin!.Value.Id).Take(4))
                {
                    drafts[partition].Add(draft);
                }
            }
        }

        for (var p = 0; p < plan.Partitions; p++)
        {
            Number(logs[p], drafts[p]);
        }

        return logs;
    }

    private void Sprinkle(List<Draft>[] drafts)
    {
        if (random.Next(4) == 0)
        {
            drafts[random.Next(plan.Partitions)].Add(New());
        }
    }

    private Draft New() => new($"k{random.Next(plan.Keys)}", random.Next(20) switch
    {
        < 10 => Kind.Effect,
        < 14 => Kind.Conditional,
        < 17 => Kind.Nothing,
        < 19 => Kind.Rejected,
        _ => Kind.Undecodable,
    }, random.Next(4) > 0, random.Next(10, 80), null);

    private void Number(StreamLog log, List<Draft> drafts)
    {
        long number = 0;
        var before = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            // Undecodable records have no origin that anybody could read; holes are what compaction and transaction markers leave.
            var origin = draft.Kind == Kind.Undecodable ? null : draft.Origin;
            number += random.Next(8) == 0 ? random.Next(2, 4) : 1;
            var id = $"{log.Name}/{number}";
            var what = origin is { } o ? $"{log.Partition}:{o.Id}{o.Number}" : id;
            log.Records.Add(new LogRecord(log, number, id, what, draft.Kind, draft.Kind == Kind.Undecodable ? null : new EventEnvelope
            {
                Id = id,
                Source = draft.ForBoth ? "/both" : "/first",
                Type = draft.Kind.ToString(),
                Subject = draft.Kind == Kind.Conditional ? before.GetValueOrDefault(draft.Key) : null,
                DataSchema = what,
                Key = draft.Key,
                Origin = plan.Wrong == Wrong.NoOrigin ? null : origin,
                Position = new EventPosition(log.Stream, number),
                Size = draft.Size,
            }));
            if (draft is { ForBoth: true, Kind: Kind.Effect or Kind.Conditional })
            {
                before[draft.Key] = what;
            }
        }
    }

    private sealed record Draft(string Key, Kind Kind, bool ForBoth, int Size, EventOrigin? Origin);
}
