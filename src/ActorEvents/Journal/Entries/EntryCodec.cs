using System.Runtime.Serialization;
using ActorEvents.Events;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActorEvents.Journal.Entries;

/// <summary>
/// <see cref="JournalEntry"/> and <see cref="EntitySnapshot"/> to and from bytes. Payload bytes are copied once each way: into the message, and out
/// of it into the buffer that the parser makes; what is read refers to that buffer.
/// </summary>
internal static class EntryCodec
{
    public static byte[] Write(JournalEntry entry)
    {
        var wire = new Wire.Entry { Decided = entry.Decided };
        foreach (var payload in entry.StateEvents)
        {
            wire.StateEvents.Add(ToWire(payload));
        }

        AddPositions(wire.Positions, entry.Positions);
        AddMarks(wire.Marks, entry.Marks);
        AddOutgoing(wire, entry.Outgoing);

        foreach (var rejection in entry.Rejections)
        {
            wire.Rejections.Add(new Wire.Rejection
            {
                Stream = rejection.Stream,
                Position = rejection.Position,
                EventId = rejection.EventId,
                Reason = rejection.Reason,
            });
        }

        return wire.ToByteArray();
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not an entry.</exception>
    public static JournalEntry ReadEntry(byte[] bytes)
    {
        var wire = Wire.Entry.Parser.ParseFrom(bytes);
        return new JournalEntry
        {
            StateEvents = Map(wire.StateEvents, FromWire),
            Positions = ReadPositions(wire.Positions),
            Marks = ReadMarks(wire.Marks),
            Outgoing = ReadOutgoing(wire),
            Rejections = Map(wire.Rejections, r => new StoredRejection(r.Stream, r.Position, r.EventId, r.Reason)),
            Decided = wire.Decided,
        };
    }

    public static byte[] Write(EntitySnapshot snapshot)
    {
        var wire = new Wire.Snapshot { State = ToWire(snapshot.State), Shape = snapshot.Shape };
        AddPositions(wire.Positions, snapshot.Positions);
        AddMarks(wire.Marks, snapshot.Marks);
        return wire.ToByteArray();
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not a snapshot.</exception>
    public static EntitySnapshot ReadSnapshot(byte[] bytes)
    {
        var wire = Wire.Snapshot.Parser.ParseFrom(bytes);
        return new EntitySnapshot
        {
            State = FromWire(wire.State ?? throw new SerializationException("A snapshot without the field 'state'.")),
            Positions = ReadPositions(wire.Positions),
            Marks = ReadMarks(wire.Marks),
            Shape = wire.Shape,
        };
    }

    private static void AddPositions(RepeatedField<Wire.Position> target, IReadOnlyList<StoredPosition> positions)
    {
        foreach (var position in positions)
        {
            target.Add(new Wire.Position { Stream = position.Stream, UpTo = position.UpTo, Session = position.Session, Window = position.Window, Ids = { position.Ids } });
        }
    }

    private static void AddMarks(RepeatedField<Wire.Mark> target, IReadOnlyList<StoredMark> marks)
    {
        foreach (var mark in marks)
        {
            target.Add(new Wire.Mark { Scope = mark.Scope, OriginId = mark.OriginId, Number = mark.Number });
        }
    }

    private static void AddOutgoing(Wire.Entry wire, IReadOnlyList<StoredOutgoing> all)
    {
        TraceContext? last = null;
        foreach (var outgoing in all)
        {
            var item = ToWire(outgoing);
            if (outgoing.Trace is { } trace)
            {
                if (trace != last)
                {
                    wire.Traces.Add(ToWire(trace));
                    last = trace;
                }

                item.Trace = wire.Traces.Count;
            }

            wire.Outgoing.Add(item);
        }
    }

    private static StoredOutgoing[] ReadOutgoing(Wire.Entry wire)
    {
        var traces = Map(wire.Traces, t => new TraceContext(t.Parent, t.HasState ? t.State : null));
        return Map(wire.Outgoing, o => FromWire(o) with { Trace = o.Trace > 0 && o.Trace <= traces.Length ? traces[o.Trace - 1] : null });
    }

    private static Wire.Trace ToWire(TraceContext trace)
    {
        var wire = new Wire.Trace { Parent = trace.Parent };
        if (trace.State is not null)
        {
            wire.State = trace.State;
        }

        return wire;
    }

    private static StoredPosition[] ReadPositions(RepeatedField<Wire.Position> positions) => Map(
        positions, p => new StoredPosition(p.Stream, p.UpTo) { Session = p.Session, Window = p.Window, Ids = p.Ids.Count == 0 ? [] : [.. p.Ids] });

    private static StoredMark[] ReadMarks(RepeatedField<Wire.Mark> marks) => Map(marks, m => new StoredMark(m.Scope, m.OriginId, m.Number));

    private static Wire.Payload ToWire(StoredPayload payload) => new()
    {
        Manifest = payload.Manifest,
        Data = UnsafeByteOperations.UnsafeWrap(payload.Bytes),
    };

    private static StoredPayload FromWire(Wire.Payload payload) => new(payload.Manifest, payload.Data.Memory);

    private static Wire.Outgoing ToWire(StoredOutgoing outgoing)
    {
        var wire = new Wire.Outgoing
        {
            Destination = outgoing.Destination,
            Type = outgoing.Type,
            Time = outgoing.Time,
            Data = UnsafeByteOperations.UnsafeWrap(outgoing.Data),
            NoData = !outgoing.HasData,
        };
        if (outgoing.Key is not null)
        {
            wire.Key = outgoing.Key;
        }

        if (outgoing.Subject is not null)
        {
            wire.Subject = outgoing.Subject;
        }

        if (outgoing.DataContentType is not null)
        {
            wire.DataContentType = outgoing.DataContentType;
        }

        for (var i = 0; i < outgoing.Extensions.Count; i++)
        {
            wire.Extensions.Add(new Wire.Extension { Name = outgoing.Extensions[i].Key, Value = outgoing.Extensions[i].Value });
        }

        return wire;
    }

    private static StoredOutgoing FromWire(Wire.Outgoing wire) => new(
        wire.Destination,
        wire.Type,
        wire.HasKey ? wire.Key : null,
        wire.HasSubject ? wire.Subject : null,
        wire.HasDataContentType ? wire.DataContentType : null,
        wire.Time,
        wire.Data.Memory)
    {
        HasData = !wire.NoData,
        Extensions = Map(wire.Extensions, e => new KeyValuePair<string, string>(e.Name, e.Value)),
    };

    private static TTo[] Map<TFrom, TTo>(RepeatedField<TFrom> from, Func<TFrom, TTo> map)
    {
        if (from.Count == 0)
        {
            return [];
        }

        var to = new TTo[from.Count];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = map(from[i]);
        }

        return to;
    }
}
