using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Relay;

/// <summary>From what a row stores to what goes out. Everything follows from the row, so that a repeat is identical, byte for byte.</summary>
/// <param name="restores">Orderings behind which an epoch begins: numbers are given out again there, and must not be taken for those of before.</param>
internal sealed class RelayRecords(string journalId, string source, IReadOnlyList<long> restores)
{
    /// <summary>What the names of the streams begin with in which refused events are set aside; the topic follows.</summary>
    public const string RefusedStreams = "relay/";

    public RelayRecord Make(JournalRow row, int index)
    {
        var outgoing = row.Entry!.Outgoing[index];
        var epoch = Epoch(row.Ordering);
        var plain = AttributeRules.Text(row.PersistenceId) is null;
        return new RelayRecord(outgoing.Destination, new EventEnvelope
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{(plain ? row.PersistenceId : Escape(row.PersistenceId))}/{row.SequenceNumber}/{index}{epoch}{(plain ? "" : "%")}"),
            Source = source,
            Type = outgoing.Type,
            Subject = outgoing.Subject,
            Time = outgoing.Time,
            DataContentType = outgoing.DataContentType,
            Key = outgoing.Key ?? EntityKey(row.PersistenceId),
            Data = outgoing.Data,
            HasData = outgoing.HasData,
            Extensions = Extensions(outgoing),
            Origin = new EventOrigin(journalId + epoch, Number(row.Ordering, index)),
        });
    }

    /// <summary>A record that its destination will never take, as it would have stood on the wire.</summary>
    public static DeadLetter Refused(RelayRecord record, string reason)
    {
        var e = record.Event;
        var origin = e.Origin!.Value;
        var stream = new StreamId(RefusedStreams + record.Topic, RefusedStreams + record.Topic);
        var headers = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>>(10 + e.Extensions.Count);
        Add("ce_specversion", "1.0");
        Add("ce_id", e.Id);
        Add("ce_source", e.Source);
        Add("ce_type", e.Type);
        Add("ce_subject", e.Subject);
        Add("ce_time", e.Time);
        Add("content-type", e.DataContentType);
        Add("ce_" + EventOrigin.IdAttribute, origin.Id);
        Add("ce_" + EventOrigin.NumberAttribute, origin.Number.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in e.Extensions)
        {
            Add("ce_" + name, value);
        }

        var key = (e.Key is null ? null : Encoding.UTF8.GetBytes(e.Key)).OrNull();
        return new DeadLetter(new EventPosition(stream, origin.Number), reason, key, e.HasData ? (ReadOnlyMemory<byte>?)e.Data : null, headers);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers.Add(new(name, Encoding.UTF8.GetBytes(value)));
            }
        }
    }

    /// <summary>Of the journal's row that a record is from.</summary>
    public static long Ordering(RelayRecord record) => record.Event.Origin!.Value.Number / JournalEntry.MaxOutgoing;

    private static IReadOnlyList<KeyValuePair<string, string>> Extensions(StoredOutgoing outgoing) => outgoing.Trace switch
    {
        null => outgoing.Extensions,
        { State: null } trace => [.. outgoing.Extensions, new(TraceContext.ParentName, trace.Parent)],
        { State: { } state } trace => [.. outgoing.Extensions, new(TraceContext.ParentName, trace.Parent), new(TraceContext.StateName, state)],
    };

    /// <summary>Empty for the first.</summary>
    private string Epoch(long ordering)
    {
        var epoch = 0;
        while (epoch < restores.Count && restores[epoch] < ordering)
        {
            epoch++;
        }

        return epoch == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{epoch}");
    }

    /// <summary>
    /// An id of CloudEvents takes no control characters, a key may hold them: they and '%' are percent-encoded, and the id ends in '%', as no other does. So two ids stay two.
    /// </summary>
    private static string Escape(string persistenceId)
    {
        var id = new StringBuilder();
        foreach (var rune in persistenceId.EnumerateRunes())
        {
            var text = rune.ToString();
            id.Append(text == "%" || AttributeRules.Text(text) is not null ? string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"%{b:X2}")) : text);
        }

        return id.ToString();
    }

    private static long Number(long ordering, int index) => (ordering * JournalEntry.MaxOutgoing) + index;

    /// <summary>A persistence id is handler + '/' + key; a handler's name has no '/', a key may.</summary>
    private static string EntityKey(string persistenceId) => persistenceId[(persistenceId.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
