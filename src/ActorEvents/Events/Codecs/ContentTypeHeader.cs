namespace ActorEvents.Events.Codecs;

/// <summary>
/// The content type among a record's headers, which are shown to it one by one. <c>content-type</c> is the name that is written; other spellings
/// (<c>Content-Type</c>) are understood, the exact one wins. Two headers of the winning kind must agree.
/// </summary>
internal ref struct ContentTypeHeader
{
    public const string Name = "content-type";
    public const string CloudEvents = "application/cloudevents";
    public const string StructuredJson = "application/cloudevents+json";

    private ReadOnlySpan<byte> _other;
    private bool _exact;
    private bool _disagree;

    /// <summary>False: none has a value.</summary>
    public bool IsThere { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Structured mode.</summary>
    public readonly bool IsCloudEvents => Ascii(Value, CloudEvents, prefix: true);

    /// <summary>Whether a header's name begins with <c>ce_</c>, in whatever case: such a one makes the record a CloudEvent.</summary>
    public static bool HasPrefix(ReadOnlySpan<byte> header) =>
        header.Length >= 3 && header[2] == '_' && (header[0] | 0x20) == 'c' && (header[1] | 0x20) == 'e';

    public void See(RawHeader header)
    {
        if (!header.HasValue || !Ascii(header.Name, Name, prefix: false))
        {
            return;
        }

        var isExact = header.Name.SequenceEqual("content-type"u8);
        if (!IsThere || (isExact && !_exact))
        {
            (IsThere, _exact, _disagree) = (true, isExact, false);
            Value = header.Value;
        }
        else if (isExact == _exact && !Value.SequenceEqual(header.Value))
        {
            _disagree = true;
            _other = header.Value;
        }
    }

    public readonly DecodeFailure? Disagreement() => _disagree
        ? DecodeFailure.Of(Name, Value, $"the header is given again with another value, {DecodeFailure.Show(_other)}", "Write content-type once")
        : null;

    /// <summary>Of the formats of structured mode only JSON is read; batches are not part of Kafka's binding.</summary>
    public readonly DecodeFailure? CheckStructured()
    {
        var semicolon = Value.IndexOf((byte)';');
        var mediaType = Trim(semicolon < 0 ? Value : Value[..semicolon]);
        if (Ascii(mediaType, StructuredJson, prefix: false))
        {
            return null;
        }

        return Ascii(mediaType, CloudEvents + "-batch", prefix: true)
            ? DecodeFailure.Of(Name, Value, "batches are not read: one record is one event", "Send one record per event, as application/cloudevents+json or with ce_ headers")
            : DecodeFailure.Of(Name, Value, "this format of CloudEvents is not read", "Send application/cloudevents+json, or ce_ headers");
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    private static bool Ascii(ReadOnlySpan<byte> text, string wanted, bool prefix) =>
        (prefix ? text.Length >= wanted.Length : text.Length == wanted.Length)
        && System.Text.Ascii.EqualsIgnoreCase(text[..wanted.Length], wanted);
}
