using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources.Files;

/// <summary>Reads a file that was found as what a lane takes: events and dead letters. A file of which nothing is good is no source of dead letters, but refused.</summary>
internal sealed class FileEvents(SourceContext source, FileReadOptions options, RecordMapping mapping, ILogger log)
{
    /// <summary>So many records at the beginning of a file, none of them good, and the file is not what the settings say.</summary>
    private const int Judged = 100;

    private static readonly byte[] Structured = RawHeaders.Pack(new KeyValuePair<string, byte[]?>("content-type", "application/cloudevents+json"u8.ToArray()));

    /// <param name="trail">Of a file that may grow.</param>
    /// <exception cref="FileFormatException">None of its first records is good.</exception>
    public async IAsyncEnumerable<IReadOnlyList<SourceRecord>> ReadAsync(FoundFile found, FileTrail? trail, [EnumeratorCancellation] CancellationToken stop)
    {
        var decoder = options.Format == FileFormat.CloudEvents ? new RecordDecoder(mapping, found.Stream) : null;
        var reader = new FileRecords(options, source.Time, log) { CountedFor = source.Name };
        var judging = found.Start.Next == FilePlace.Start.NextLine;
        var (bad, held, first) = (0, new List<SourceRecord>(), (DeadLetter?)null);
        bool IsIt(OpenFile file) => FileHead.Read(file, options.Path).IsOf(found.Identity);
        await foreach (var batch in reader.ReadAsync(found.File, trail, new FilePlace(found.Start.Next, found.Start.Resume), options.Follow ? IsIt : null, stop))
        {
            var records = Records(batch, found, decoder);
            if (judging)
            {
                first ??= records[0].Dead;
                judging = Array.TrueForAll(records, r => r.Event is null);
                bad += records.Length;
                if (judging && bad >= Judged)
                {
                    throw Refused(bad, first!);
                }

                // What grows is not held: there may never be more of it.
                if (judging && !options.Follow)
                {
                    held.AddRange(records);
                    continue;
                }
            }

            if (held.Count > 0)
            {
                yield return held.ToArray();
                held.Clear();
            }

            yield return records;
        }

        if (held.Count > 0)
        {
            throw Refused(held.Count, first!);
        }
    }

    private FileFormatException Refused(int records, DeadLetter first) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"None of the first {records} record(s) of '{options.Path}' is good (settings format, key, separator, events.max-bytes), so nothing more of it is taken. {Looks(first)}{first.Reason}"));

    private string Looks(DeadLetter first)
    {
        var begins = (first.Value ?? default).Span.TrimStart(" \t\r\n"u8);
        return options.Format == FileFormat.Csv ? ""
            : begins is [(byte)'[', ..] ? "It looks like one JSON array: write its members one a line (jq -c '.[]'). "
            : begins is [(byte)'{'] ? "It looks like JSON over several lines: write one value a line (jq -c .). "
            : begins is [] or [(byte)'{', ..] ? ""
            : "It does not look like JSON: is it CSV (format = csv)? ";
    }

    private SourceRecord[] Records(IReadOnlyList<FileRecord> batch, FoundFile found, RecordDecoder? decoder)
    {
        var records = new SourceRecord[batch.Count];
        for (var i = 0; i < records.Length; i++)
        {
            var record = batch[i];
            var position = new EventPosition(found.Stream, record.Line);
            records[i] = record.Problem is { } problem
                ? new SourceRecord(record.Line, null, new DeadLetter(position, problem, null, record.Raw, []), record.Resume)
                : decoder is null
                    ? new SourceRecord(record.Line, Event(record, position, found.Identity.Id), null, record.Resume)
                    : Decode(record, decoder);
        }

        return records;
    }

    /// <summary>A line that is a CloudEvent, read as a broker's record in structured mode is.</summary>
    private static SourceRecord Decode(in FileRecord record, RecordDecoder decoder)
    {
        var key = record.Key is null ? null : Encoding.UTF8.GetBytes(record.Key);
        var raw = new RawRecord(record.Line, key, key is not null, record.Data.Span, hasValue: true, new RawHeaders(Structured, 1));
        return decoder.TryDecode(in raw, out var envelope, out var failure)
            ? new SourceRecord(record.Line, envelope, null, record.Resume)
            : new SourceRecord(record.Line, null, decoder.Refuse(in raw, failure), record.Resume);
    }

    private EventEnvelope Event(in FileRecord record, EventPosition position, string fileId) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{fileId}/{record.Line}"),
        Source = mapping.Source,
        Type = mapping.Type,
        DataContentType = mapping.DataContentType,
        Data = record.Data,
        Key = record.Key,
        Origin = new EventOrigin(fileId, record.Line),
        Position = position,
        Size = record.Data.Length,
    };
}
