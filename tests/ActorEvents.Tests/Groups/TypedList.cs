using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;

namespace ActorEvents.Tests.Groups;

/// <summary>A source with one lane: an event of each type, of one key, from the committed position on; it never ends.</summary>
internal sealed class TypedList(params string[] types) : IEventSource
{
    public static readonly StreamId Stream = new("list/0", "list/0");

    public string Name => "list";

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => "a list of events";

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, types));

    private sealed class Reader(SourceContext context, string[] types) : SourceActor(context)
    {
        protected override void PreStart()
        {
            var start = Source.Positions.ReadAsync(Stream.Name, CancellationToken.None).Result ?? new CommittedPosition(Stream.Name, 0);
            IReadOnlyList<SourceRecord> records = [.. types.Select(Record).Skip((int)start.Next)];
            OpenLane(Stream, start, (records.Count == 0 ? Akka.Streams.Dsl.Source.Empty<IReadOnlyList<SourceRecord>>() : Akka.Streams.Dsl.Source.Single(records))
                .Concat(Akka.Streams.Dsl.Source.Maybe<IReadOnlyList<SourceRecord>>().MapMaterializedValue(_ => Akka.NotUsed.Instance)));
        }

        private static SourceRecord Record(string type, int number) =>
            new(number, new EventEnvelope { Id = $"{number}", Source = "/list", Type = type, Key = "k", Position = new EventPosition(Stream, number) }, null);
    }
}
