using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Short ways to write records and read the verdict of the decoder.</summary>
internal static class Records
{
    public const string StructuredType = "application/cloudevents+json";

    public static StreamId Stream { get; } = StreamId.ForPartition("in", "orders", "5L6g3nShT", 3);

    public static RecordDecoder Decoder(KeyFormat format = KeyFormat.Utf8, int maxEventBytes = RecordMapping.DefaultMaxEventBytes) =>
        new(RecordMapping.ForTopic("orders", format, maxEventBytes), Stream);

    public static KeyValuePair<string, byte[]?> Header(string name, string? value) => new(name, value is null ? null : Bytes(value));

    /// <summary>The headers of a good event in binary mode; a change is <c>name=value</c> (added or replaced), <c>-name</c> (left out), <c>+name=value</c> (added again).</summary>
    public static KeyValuePair<string, byte[]?>[] Binary(params string[] changes)
    {
        var headers = new List<KeyValuePair<string, byte[]?>>
        {
            Header("ce_specversion", "1.0"), Header("ce_id", "1"), Header("ce_source", "/s"), Header("ce_type", "t"), Header("content-type", "application/json"),
        };
        foreach (var change in changes)
        {
            if (change[0] == '-')
            {
                headers.RemoveAll(h => string.Equals(h.Key, change[1..], StringComparison.Ordinal));
                continue;
            }

            var again = change[0] == '+';
            var parts = change[(again ? 1 : 0)..].Split('=', 2);
            var header = Header(parts[0], parts.Length == 2 ? parts[1] : null);
            var at = again ? -1 : headers.FindIndex(h => string.Equals(h.Key, header.Key, StringComparison.Ordinal));
            if (at < 0)
            {
                headers.Add(header);
            }
            else
            {
                headers[at] = header;
            }
        }

        return [.. headers];
    }

    /// <summary>A good event in structured mode with more members (JSON text) behind the required ones.</summary>
    public static byte[] Structured(string members) => Bytes(
        """{"specversion":"1.0","id":"1","source":"/s","type":"t" """ + (members.Length == 0 ? "" : "," + members) + "}");

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    public static Verdict Decode(byte[]? key, byte[]? value, KeyValuePair<string, byte[]?>[] headers, long timestamp = RawRecord.NoTimestamp, RecordDecoder? decoder = null)
    {
        decoder ??= Decoder();
        var record = new RawRecord(42, key, value, RawHeaders.Of(headers), timestamp);
        return decoder.TryDecode(in record, out var envelope, out var failure)
            ? new Verdict(envelope, null, null)
            : new Verdict(null, failure, decoder.Refuse(in record, failure));
    }

    public static Verdict DecodeBinary(byte[] value, params string[] changes) => Decode(Bytes("k"), value, Binary(changes));

    public static Verdict DecodeStructured(string members) => DecodeStructured(Structured(members));

    public static Verdict DecodeStructured(byte[] value) => Decode(Bytes("k"), value, [Header("content-type", StructuredType)]);

    public static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}

/// <summary>What the decoder said of one record.</summary>
internal sealed record Verdict(EventEnvelope? Event, DecodeFailure? Failure, DeadLetter? Dead)
{
    public EventEnvelope Good => Event ?? throw new Xunit.Sdk.XunitException($"Refused: {Failure!.Reason}");

    /// <summary>It was refused, for this attribute, with a reason that names it and is no text from inside a parser.</summary>
    public DecodeFailure Refused(string attribute)
    {
        Assert.True(Failure is not null, "It was taken.");
        Assert.Equal(attribute, Failure.Attribute);
        Assert.Contains(attribute, Dead!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Dead.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", Dead.Reason, StringComparison.Ordinal);
        Assert.True(Dead.Reason.Length < 600, Dead.Reason);
        return Failure;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Failure?.Reason ?? Event!.Id}");
}
