using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Benchmarks.Events;

/// <summary>Emits a series in one lane.</summary>
/// <param name="done">Completes when all of it is settled and committed.</param>
internal sealed class SeriesSource(EventSeries events, TaskCompletionSource done) : IEventSource
{
    public string Name => "bench";

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => "events in memory";

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, events, done));

    private sealed class Reader : SourceActor
    {
        private readonly TaskCompletionSource _done;

        public Reader(SourceContext context, EventSeries events, TaskCompletionSource done)
            : base(context)
        {
            _done = done;
            OpenLane(events.Stream, new CommittedPosition(events.Stream.Name, events.First), Akka.Streams.Dsl.Source.From(events.Batches()));
        }

        protected override void OnCompleted(ActorEvents.Events.StreamId stream, long next) => _done.TrySetResult();
    }
}
