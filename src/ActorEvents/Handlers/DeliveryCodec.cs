using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using Google.Protobuf;

namespace ActorEvents.Handlers;

/// <summary>Messages of a delivery to and from bytes. Payloads are copied once each way.</summary>
internal static class DeliveryCodec
{
    public static byte[] Write(Deliver deliver)
    {
        var wire = new Wire.Deliver { Key = deliver.Key.Value, Stream = deliver.Stream.Name, OriginScope = deliver.Stream.OriginScope, Session = deliver.Session, Window = deliver.Window };
        foreach (var item in deliver.Events)
        {
            wire.Events.Add(ToWire(item));
        }

        return wire.ToByteArray();
    }

    public static byte[] Write(Done done) => new Wire.Done { Key = done.Key.Value, Stream = done.Stream, UpTo = done.UpTo, Session = done.Session }.ToByteArray();

    public static byte[] Write(Resend resend) => new Wire.Resend { Key = resend.Key.Value, Stream = resend.Stream, Session = resend.Session }.ToByteArray();

    public static byte[] Write(GetEntityStatus question) => new Wire.GetStatus { Key = question.Key.Value }.ToByteArray();

    public static byte[] Write(EntityStatus status)
    {
        var wire = new Wire.Status { Handler = status.Handler, Key = status.Key.Value, Appending = status.Appending, Deliveries = status.Deliveries, Blocked = status.Blocked };
        if (status.Unreadable is not null)
        {
            wire.Unreadable = status.Unreadable;
        }

        foreach (var position in status.Positions)
        {
            wire.Positions.Add(new Wire.StreamPosition { Stream = position.Stream, UpTo = position.UpTo, Session = position.Session });
        }

        return wire.ToByteArray();
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that form.</exception>
    public static Deliver ReadDeliver(byte[] bytes)
    {
        var wire = Wire.Deliver.Parser.ParseFrom(bytes);
        var stream = new StreamId(wire.Stream, wire.OriginScope);
        var events = new EventEnvelope[wire.Events.Count];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = FromWire(wire.Events[i], stream);
        }

        return new Deliver(new EntityKey(wire.Key), stream, events, wire.Session, wire.Window);
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that form.</exception>
    public static Done ReadDone(byte[] bytes)
    {
        var wire = Wire.Done.Parser.ParseFrom(bytes);
        return new Done(new EntityKey(wire.Key), wire.Stream, wire.UpTo, wire.Session);
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that form.</exception>
    public static Resend ReadResend(byte[] bytes)
    {
        var wire = Wire.Resend.Parser.ParseFrom(bytes);
        return new Resend(new EntityKey(wire.Key), wire.Stream, wire.Session);
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that form.</exception>
    public static GetEntityStatus ReadGetStatus(byte[] bytes) => new(new EntityKey(Wire.GetStatus.Parser.ParseFrom(bytes).Key));

    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that form.</exception>
    public static EntityStatus ReadStatus(byte[] bytes)
    {
        var wire = Wire.Status.Parser.ParseFrom(bytes);
        return new EntityStatus(
            wire.Handler, new EntityKey(wire.Key), wire.Appending, wire.Deliveries, wire.Blocked, wire.HasUnreadable ? wire.Unreadable : null,
            [.. wire.Positions.Select(p => new StoredPosition(p.Stream, p.UpTo) { Session = p.Session })]);
    }

    /// <summary>
    /// What one event adds to a <see cref="Deliver"/> at most. Not its <see cref="EventEnvelope.Size"/>: id, source and type may have been made by the source,
    /// and were on no wire.
    /// </summary>
    public static int MostBytes(EventEnvelope envelope)
    {
        const int Fields = 128, Extension = 6, Utf8 = 3;
        var characters = envelope.Id.Length + envelope.Source.Length + envelope.Type.Length + (envelope.Subject?.Length ?? 0) + (envelope.Time?.Length ?? 0)
            + (envelope.DataContentType?.Length ?? 0) + (envelope.DataSchema?.Length ?? 0) + (envelope.Key?.Length ?? 0) + (envelope.Origin?.Id.Length ?? 0);
        for (var i = 0; i < envelope.Extensions.Count; i++)
        {
            var (name, value) = envelope.Extensions[i];
            characters += Extension + name.Length + value.Length;
        }

        return envelope.Data.Length + Fields + (Utf8 * characters);
    }

    private static Wire.Event ToWire(EventEnvelope envelope)
    {
        var wire = new Wire.Event
        {
            Position = envelope.Position.Number,
            Id = envelope.Id,
            Source = envelope.Source,
            Type = envelope.Type,
            Data = UnsafeByteOperations.UnsafeWrap(envelope.Data),
            Size = envelope.Size,
            NoData = !envelope.HasData,
        };
        AddOptional(wire, envelope);
        foreach (var extension in envelope.Extensions)
        {
            wire.Extensions.Add(new Wire.Extension { Name = extension.Key, Value = extension.Value });
        }

        return wire;
    }

    private static void AddOptional(Wire.Event wire, EventEnvelope envelope)
    {
        if (envelope.Subject is not null)
        {
            wire.Subject = envelope.Subject;
        }

        if (envelope.Time is not null)
        {
            wire.Time = envelope.Time;
        }

        if (envelope.DataContentType is not null)
        {
            wire.DataContentType = envelope.DataContentType;
        }

        if (envelope.DataSchema is not null)
        {
            wire.DataSchema = envelope.DataSchema;
        }

        if (envelope.Key is not null)
        {
            wire.Key = envelope.Key;
        }

        if (envelope.Origin is { } origin)
        {
            wire.OriginId = origin.Id;
            wire.OriginNumber = origin.Number;
        }
    }

    private static EventEnvelope FromWire(Wire.Event wire, StreamId stream) => new()
    {
        Id = wire.Id,
        Source = wire.Source,
        Type = wire.Type,
        Subject = wire.HasSubject ? wire.Subject : null,
        Time = wire.HasTime ? wire.Time : null,
        DataContentType = wire.HasDataContentType ? wire.DataContentType : null,
        DataSchema = wire.HasDataSchema ? wire.DataSchema : null,
        Extensions = wire.Extensions.Count == 0
            ? []
            : [.. wire.Extensions.Select(e => new KeyValuePair<string, string>(e.Name, e.Value))],
        Data = wire.Data.Memory,
        HasData = !wire.NoData,
        Key = wire.HasKey ? wire.Key : null,
        Origin = wire.HasOriginId ? new EventOrigin(wire.OriginId, wire.OriginNumber) : null,
        Position = new EventPosition(stream, wire.Position),
        Size = wire.Size,
    };
}
