using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;

namespace ActorEvents.Tests.Journal.Upgrades;

/// <summary>
/// Positions 0, 1, 2 …, six keys in turn, amount = position; 20 cannot be decoded, 33 is below zero, and from <see cref="Repeats"/> on six are repeats of older
/// origins.
/// </summary>
internal sealed class TallySource(int count) : IEventSource
{
    public const int Keys = 6;

    public const int Undecodable = 20;

    public const int Rejected = 33;

    /// <summary>What the samples hold: positions below.</summary>
    public const int InSample = 72;

    /// <summary>The first six positions behind the sample have the origins of its last six.</summary>
    public const int Repeats = InSample;

    public static StreamId Stream { get; } = StreamId.ForPartition("list", "amounts", "id", 0);

    public string Name => "list";

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => "a list";

    /// <summary>Where it went on; null: not yet.</summary>
    public long? From { get; private set; }

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, this, count));

    public static string Key(int position) => string.Create(CultureInfo.InvariantCulture, $"key-{position % Keys}");

    private static SourceRecord Record(int i)
    {
        var position = new EventPosition(Stream, i);
        if (i == Undecodable)
        {
            return new SourceRecord(i, null, new DeadLetter(position, "It has no type.", Encoding.UTF8.GetBytes(Key(i)), [1, 0, 255], [new("h", [9]), new("n", null)]));
        }

        var said = i is >= Repeats and < Repeats + Keys ? i - Keys : i;
        return new SourceRecord(
            i,
            new EventEnvelope
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"e{said}"),
                Source = "/list",
                Type = "tally.add",
                Key = Key(i),
                Data = Encoding.UTF8.GetBytes((said == Rejected ? -said : said).ToString(CultureInfo.InvariantCulture)),
                Origin = new EventOrigin("maker", said),
                Position = position,
                Size = 100,
            },
            null);
    }

    private sealed class Reader : SourceActor
    {
        public Reader(SourceContext context, TallySource list, int count)
            : base(context)
        {
            Receive<CommittedPosition>(from =>
            {
                list.From = from.Next;
                OpenLane(Stream, from, Akka.Streams.Dsl.Source.From(Enumerable.Range((int)from.Next, count - (int)from.Next))
                    .Select(Record)
                    .Grouped(Keys)
                    .Select(g => (IReadOnlyList<SourceRecord>)[.. g])
                    .Concat(Akka.Streams.Dsl.Source.Maybe<IReadOnlyList<SourceRecord>>().MapMaterializedValue(_ => Akka.NotUsed.Instance)));
            });
            context.Positions.ReadAsync(Stream.Name, CancellationToken.None)
                .ContinueWith(t => (object)(t.Result ?? new CommittedPosition(Stream.Name, 0)), TaskScheduler.Default)
                .PipeTo(Self);
        }
    }
}
