using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// Turns the records of one stream into events: CloudEvents in Kafka's binary mode (<c>ce_</c> headers), in structured mode
/// (<c>content-type: application/cloudevents+json</c>), and plain records by their <see cref="RecordMapping"/>. The rules are in README.md of this folder.
/// One instance per lane, used by one thread at a time (it keeps the strings that repeat). Never throws on what a record holds.
/// </summary>
internal sealed class RecordDecoder
{
    private const long LastMillisecond = 253_402_300_799_999;
    private const long FirstMillisecond = -62_135_596_800_000;

    private readonly RecordMapping _mapping;
    private readonly StreamId _stream;
    private readonly string _idPrefix;
    private readonly AttributeDraft _draft = new();
    private readonly StructuredReader _structured;
    private readonly AttributeNames _names = new();
    private readonly TextCache<string> _contentTypes = new();

    /// <summary>Of the record that is being read.</summary>
    private TraceContext? _trace;

    /// <param name="mapping">How the records of this topic are read.</param>
    /// <param name="stream">The lane's stream; its name + position is the id of a plain record.</param>
    public RecordDecoder(RecordMapping mapping, StreamId stream)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentNullException.ThrowIfNull(stream);
        _mapping = mapping;
        _stream = stream;
        _idPrefix = stream.Name + "/";
        _structured = new StructuredReader(_draft, _names);
    }

    /// <summary>How many plain records had a timestamp outside the years 1 to 9999 (their time is the nearest one inside), to be said once.</summary>
    public long ClampedTimestamps { get; private set; }

    /// <summary>Reads one record. False: it is no event; <paramref name="failure"/> says why (<see cref="Refuse"/> makes the dead letter).</summary>
    public bool TryDecode(in RawRecord record, [NotNullWhen(true)] out EventEnvelope? envelope, [NotNullWhen(false)] out DecodeFailure? failure)
    {
        envelope = null;
        var size = record.Size;
        failure = size > _mapping.MaxEventBytes ? TooLarge(size) : Decode(in record, (int)size, out envelope);
        return failure is null;
    }

    /// <summary>The dead letter of a record that was refused; copies all of it.</summary>
    public DeadLetter Refuse(in RawRecord record, DecodeFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new DeadLetter(
            new EventPosition(_stream, record.Number),
            failure.Reason,
            (record.HasKey ? record.Key.ToArray() : null).OrNull(),
            (record.HasValue ? record.Value.ToArray() : null).OrNull(),
            record.Headers.ToArray());
    }

    /// <summary>Goes through the headers once: attributes of binary mode are taken as they come, and forgotten where the content type says structured mode.</summary>
    private DecodeFailure? Decode(in RawRecord record, int size, out EventEnvelope? envelope)
    {
        envelope = null;
        _draft.Begin("ce_");
        var contentType = default(ContentTypeHeader);
        var trace = default(TraceHeaders);
        var isCloudEvent = false;
        DecodeFailure? wrong = null;
        foreach (var header in record.Headers)
        {
            if (ContentTypeHeader.HasPrefix(header.Name))
            {
                isCloudEvent = true;
                wrong ??= Take(header);
            }
            else
            {
                contentType.See(header);
                trace.See(header);
            }
        }

        _trace = trace.Context();

        if (contentType.Disagreement() is { } failure)
        {
            return failure;
        }

        if (contentType.IsCloudEvents)
        {
            return contentType.CheckStructured() ?? Structured(in record, size, out envelope);
        }

        return isCloudEvent ? wrong ?? Binary(in record, contentType, size, out envelope) : Plain(in record, contentType, size, out envelope);
    }

    /// <summary>One <c>ce_</c> header.</summary>
    private DecodeFailure? Take(RawHeader header) => !header.Name.StartsWith("ce_"u8) || _names.Find(header.Name[3..]) is not { } name
        ? AttributeDraft.BadName(Encoding.UTF8.GetString(header.Name), header.Value)
        : header.HasValue ? _draft.Set(name, header.Value) : null;

    private DecodeFailure? Structured(in RawRecord record, int size, out EventEnvelope? envelope)
    {
        envelope = null;
        _draft.Begin("");
        var failure = _structured.Read(record.Value, out var data) ?? _draft.Complete() ?? CheckData(_draft.DataContentType, data);
        return failure ?? Finish(in record, _structured.DecodedData ?? data.ToArray(), _structured.HasData, size, out envelope);
    }

    private DecodeFailure? Binary(in RawRecord record, ContentTypeHeader contentType, int size, out EventEnvelope? envelope)
    {
        envelope = null;
        var failure = contentType.IsThere ? _draft.SetDataContentType(contentType.Value) : null;
        failure ??= _draft.Complete() ?? CheckData(_draft.DataContentType, record.Value);
        return failure ?? Finish(in record, record.Value.ToArray(), record.HasValue, size, out envelope);
    }

    private DecodeFailure? Finish(in RawRecord record, byte[] data, bool hasData, int size, out EventEnvelope? envelope)
    {
        envelope = null;
        var key = _draft.PartitionKey;
        if (key is null && record.HasKey && RecordKeys.Read(record.Key, _mapping.KeyFormat, out key) is { } failure)
        {
            return failure;
        }

        if (_trace is not null)
        {
            _draft.Take(_trace);
        }

        envelope = _draft.ToEnvelope(key ?? _draft.Subject, new EventPosition(_stream, record.Number), data, hasData, size);
        return null;
    }

    private DecodeFailure? Plain(in RawRecord record, ContentTypeHeader contentType, int size, out EventEnvelope? envelope)
    {
        envelope = null;
        string? key = null;
        if (record.HasKey && RecordKeys.Read(record.Key, _mapping.KeyFormat, out key) is { } badKey)
        {
            return badKey;
        }

        var type = _mapping.DataContentType;
        if (!contentType.Value.IsEmpty && AttributeDraft.Read("", ContentTypeHeader.Name, contentType.Value, AttributeRules.DataContentType, _contentTypes, out type) is { } badType)
        {
            return badType;
        }

        if (CheckData(type, record.Value) is { } badData)
        {
            return badData;
        }

        envelope = new EventEnvelope
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{_idPrefix}{record.Number}"),
            Source = _mapping.Source,
            Type = _mapping.Type,
            Time = TimeOf(record.Timestamp),
            DataContentType = type,
            Extensions = _trace is null ? [] : _trace.In([]),
            Data = record.Value.ToArray(),
            HasData = record.HasValue,
            Key = key,
            Position = new EventPosition(_stream, record.Number),
            Size = size,
        };
        return null;
    }

    private static DecodeFailure? CheckData(string? contentType, ReadOnlySpan<byte> data) =>
        data.Length > JsonNesting.MaxDepth && DataKinds.Of(contentType) == DataKind.Json && JsonNesting.IsTooDeep(data)
            ? DecodeFailure.Of("data", data, $"JSON is nested deeper than {JsonNesting.MaxDepth} arrays and objects", "Send flatter data, or another content type")
            : null;

    /// <summary>Milliseconds as text; outside the years 1 to 9999 the nearest one inside, so that the same record has the same time on each reading.</summary>
    private string? TimeOf(long timestamp)
    {
        if (timestamp == RawRecord.NoTimestamp)
        {
            return null;
        }

        var clamped = Math.Clamp(timestamp, FirstMillisecond, LastMillisecond);
        if (clamped != timestamp)
        {
            ClampedTimestamps++;
        }

        // "O" is yyyy-MM-ddTHH:mm:ss.fffffffZ and much faster than a custom format; the last four digits are always 0.
        Span<char> text = stackalloc char[32];
        DateTime.UnixEpoch.AddTicks(clamped * TimeSpan.TicksPerMillisecond).TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[23] = 'Z';
        return new string(text[..24]);
    }

    private DecodeFailure TooLarge(long size) => new(
        "record",
        null,
        string.Create(CultureInfo.InvariantCulture, $"it has {size} bytes (key + headers + value), the limit is {_mapping.MaxEventBytes}"),
        "Raise events.max-bytes on all nodes, or send less");
}
