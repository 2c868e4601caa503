using ActorEvents.Benchmarks.Events;
using ActorEvents.Events;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Benchmarks.Recovery;

/// <summary>Emits a series as a queue does, so that it is told of each event when it is settled.</summary>
internal sealed class WakeUpSource(EventSeries events, WaitTimes waits) : IEventSource
{
    public string Name => "bench";

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => "events in memory";

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, events, waits));

    private sealed class Reader : SourceActor
    {
        private readonly WaitTimes _waits;
        private readonly long _first;

        public Reader(SourceContext context, EventSeries events, WaitTimes waits)
            : base(context)
        {
            (_waits, _first) = (waits, events.First);
            OpenLane(events.Stream, session: 1, Akka.Streams.Dsl.Source.From(HandedOver(events)));
        }

        protected override void OnSettled(StreamId stream, long session, IReadOnlyList<FreePosition> positions)
        {
            foreach (var position in positions)
            {
                _waits.Answered((int)(position.Number - _first));
            }
        }

        private IEnumerable<IReadOnlyList<SourceRecord>> HandedOver(EventSeries events)
        {
            foreach (var batch in events.Batches())
            {
                foreach (var record in batch)
                {
                    _waits.HandedOver((int)(record.Number - _first));
                }

                yield return batch;
            }
        }
    }
}
