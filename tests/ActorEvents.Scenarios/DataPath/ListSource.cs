using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>A source over a list in memory: one lane, positions 0, 1, 2 …, goes on at the committed one.</summary>
internal sealed class ListSource(string name, int count, StreamId stream, Func<int, EventEnvelope> make) : IEventSource
{
    /// <summary>Events of type <c>number</c>, their id the index.</summary>
    public ListSource(string name, int count, Func<int, string> key)
        : this(name, count, StreamId.ForPartition(name, "list", "id", 0), key)
    {
    }

    private ListSource(string name, int count, StreamId stream, Func<int, string> key)
        : this(name, count, stream, i => new EventEnvelope
        {
            Id = i.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Source = "/list",
            Type = "number",
            Key = key(i),
            Position = new EventPosition(stream, i),
            Size = 100,
        })
    {
    }

    public string Name => name;

    /// <summary>A singleton's reading begins when the group is told to attach it.</summary>
    public SourcePlacement Placement { get; init; } = SourcePlacement.EveryNode;

    public string Describe => "a list";

    public StreamId Stream => stream;

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, this));

    private SourceRecord Record(int i) => new(i, make(i), null);

    private sealed class Reader : SourceActor
    {
        private readonly string _name;

        public Reader(SourceContext context, ListSource list)
            : base(context)
        {
            Receive<Opened>(m => OpenLane(
                list.Stream,
                m.From,
                Akka.Streams.Dsl.Source.From(Enumerable.Range((int)m.From.Next, list.Count() - (int)m.From.Next))
                    .Select(list.Record)
                    .Grouped(64)
                    .Select(g => (IReadOnlyList<SourceRecord>)[.. g])
                    .Concat(Akka.Streams.Dsl.Source.Maybe<IReadOnlyList<SourceRecord>>().MapMaterializedValue(_ => Akka.NotUsed.Instance))));
            _name = list.Stream.Name;
            Open();
        }

        protected override void ReopenLane(StreamId stream) => Open();

        private void Open() => Source.Positions.ReadAsync(_name, CancellationToken.None)
            .ContinueWith(t => new Opened(t.Result ?? new CommittedPosition(_name, 0)), TaskScheduler.Default)
            .PipeTo(Self);

        private sealed record Opened(CommittedPosition From);
    }

    private int Count() => count;
}
