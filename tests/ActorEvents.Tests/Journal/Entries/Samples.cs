using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Journal.Entries;

/// <summary>One object of each manifest, every field set, and one with as little as possible.</summary>
internal static class Samples
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

    public static JournalEntry Entry { get; } = new()
    {
        StateEvents = [new("order.placed", Encoding.UTF8.GetBytes("""{"n":1}""")), new("order.paid", AllBytes), new("order.empty", default)],
        Positions = [new("orders/5L6g3nShT-eMCtK--X86sw/3", 41), new("file", 0), new("odd", long.MaxValue)],
        Marks = [new("orders/shop.order-lines/3", "file-1", 7), new("s", "", -1)],
        Outgoing =
        [
            new("shop.orders", "order.placed", "536365", "subject", "application/json", "2026-11-26T20:00:00Z", Encoding.UTF8.GetBytes("""{"ä":"€"}""")),
            new("shop.stock", "stock.low", null, null, null, "2026-11-26T20:00:00.123Z", default),
            new("t", "u", "", "", "", "", AllBytes),
        ],
        Rejections = [new("orders/5L6g3nShT-eMCtK--X86sw/3", 40, "id-1", "The line has a price below zero: -1")],
        Decided = 5,
    };

    public static JournalEntry LeastEntry { get; } = new() { StateEvents = [], Positions = [] };

    public static JournalEntry TracedEntry { get; } = new()
    {
        StateEvents = [],
        Positions = [new("orders/5L6g3nShT-eMCtK--X86sw/3", 44)],
        Outgoing =
        [
            new("t", "first", null, null, null, "2026-11-26T20:00:00Z", default) { Extensions = [new("tenant", "nörd"), new("empty", "")], Trace = Trace('1', "v=1") },
            new("t", "second", null, null, null, "2026-11-26T20:00:00Z", default) { Trace = Trace('1', "v=1") },
            new("t", "untraced", null, null, null, "2026-11-26T20:00:00Z", default),
            new("t", "other", null, null, null, "2026-11-26T20:00:00Z", default) { Trace = Trace('2', null) },
        ],
        Decided = 3,
    };

    public static EntitySnapshot Snapshot { get; } = new()
    {
        State = new("order.state", AllBytes),
        Positions = Entry.Positions,
        Marks = Entry.Marks,
    };

    public static Deliver Deliver { get; } = MakeDeliver();

    public static Done Done { get; } = new(new EntityKey("Ключ 🔑"), "orders/5L6g3nShT-eMCtK--X86sw/3", 41);

    public static Resend Resend { get; } = new(new EntityKey(""), "file");

    /// <summary>A text of everything that an object holds, to compare what has no equality of its own.</summary>
    public static string Show(object? o) => o switch
    {
        null => "null",
        string s => "'" + s + "'",
        ReadOnlyMemory<byte> m => "0x" + Convert.ToHexString(m.Span),
        EventEnvelope e => string.Join('|', new object?[]
        {
            e.Id, e.Source, e.Type, e.Subject, e.Time, e.DataContentType, e.DataSchema, e.Extensions, e.Data, e.Key, e.Origin, e.Position.Number,
            e.Position.Stream.Name, e.Position.Stream.OriginScope, e.Size,
        }.Select(Show)),
        Deliver d => string.Join('|', d.Key.Value, d.Stream.Name, d.Stream.OriginScope, Show(d.Events)),
        JournalEntry e => string.Join('|', new object[] { e.StateEvents, e.Positions, e.Marks, e.Outgoing, e.Rejections, e.Decided }.Select(Show)),
        EntitySnapshot s => string.Join('|', new object[] { s.State, s.Positions, s.Marks }.Select(Show)),
        StoredPayload p => $"{p.Manifest}:{Show(p.Bytes)}",
        StoredOutgoing g => string.Join('|', new object?[] { g.Destination, g.Type, g.Key, g.Subject, g.DataContentType, g.Time, g.Data, g.Extensions, g.Trace }.Select(Show)),
        System.Collections.IEnumerable list => "[" + string.Join(", ", list.Cast<object>().Select(Show)) + "]",
        _ => Convert.ToString(o, CultureInfo.InvariantCulture)!,
    };

    private static TraceContext Trace(char digit, string? state) => new($"00-0af7651916cd43dd8448eb211c80319{digit}-b7ad6b716920333{digit}-01", state);

    private static Deliver MakeDeliver()
    {
        var stream = new StreamId("orders/5L6g3nShT-eMCtK--X86sw/3", "orders/shop.order-lines/3");
        return new Deliver(new EntityKey("536365"), stream,
        [
            new EventEnvelope
            {
                Id = "id-1", Source = "/shop", Type = "order.line", Subject = "s", Time = "2026-11-26T20:00:00Z", DataContentType = "application/json",
                DataSchema = "urn:schema", Extensions = [new("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), new("empty", "")],
                Data = AllBytes, Key = "536365", Origin = new EventOrigin("file-1", 7), Position = new EventPosition(stream, 40), Size = 300,
            },
            new EventEnvelope { Id = "i", Source = "s", Type = "t", Position = new EventPosition(stream, 43) },
        ]);
    }
}
