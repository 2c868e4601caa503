namespace ActorEvents.Events;

/// <summary>
/// Finds a record's mode. <c>content-type</c> is the name that is written; other spellings (<c>Content-Type</c>) are understood, the exact one wins. Two
/// headers of the winning kind must agree. A header whose name begins with <c>ce_</c>, in whatever case, makes the record a CloudEvent.
/// </summary>
internal static class ContentTypeHeader
{
    public const string Name = "content-type";
    public const string CloudEvents = "application/cloudevents";
    public const string StructuredJson = "application/cloudevents+json";

    public static bool HasPrefix(string header) =>
        header.Length >= 3 && header[2] == '_' && (header[0] | 0x20) == 'c' && (header[1] | 0x20) == 'e';

    public static DecodeFailure? Find(ReadOnlySpan<KeyValuePair<string, byte[]?>> headers, out byte[]? contentType, out bool isCloudEvent)
    {
        contentType = null;
        isCloudEvent = false;
        var exact = false;
        byte[]? other = null;
        foreach (var (header, value) in headers)
        {
            if (HasPrefix(header))
            {
                isCloudEvent = true;
                continue;
            }

            if (value is null || header.Length != Name.Length || !header.Equals(Name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var isExact = string.Equals(header, Name, StringComparison.Ordinal);
            if (contentType is null || (isExact && !exact))
            {
                (contentType, exact, other) = (value, isExact, null);
            }
            else if (isExact == exact && !contentType.AsSpan().SequenceEqual(value))
            {
                other = value;
            }
        }

        return other is null ? null : DecodeFailure.Of(
            Name, contentType, $"the header is given again with another value, {DecodeFailure.Show(other)}", "Write content-type once");
    }

    public static bool IsCloudEvents(ReadOnlySpan<byte> contentType) => Ascii(contentType, CloudEvents, prefix: true);

    /// <summary>Of the formats of structured mode only JSON is read; batches are not part of Kafka's binding.</summary>
    public static DecodeFailure? CheckStructured(ReadOnlySpan<byte> contentType)
    {
        var semicolon = contentType.IndexOf((byte)';');
        var mediaType = Trim(semicolon < 0 ? contentType : contentType[..semicolon]);
        if (Ascii(mediaType, StructuredJson, prefix: false))
        {
            return null;
        }

        return Ascii(mediaType, CloudEvents + "-batch", prefix: true)
            ? DecodeFailure.Of(Name, contentType, "batches are not read: one record is one event", "Send one record per event, as application/cloudevents+json or with ce_ headers")
            : DecodeFailure.Of(Name, contentType, "this format of CloudEvents is not read", "Send application/cloudevents+json, or ce_ headers");
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    private static bool Ascii(ReadOnlySpan<byte> text, string wanted, bool prefix) =>
        (prefix ? text.Length >= wanted.Length : text.Length == wanted.Length)
        && System.Text.Ascii.EqualsIgnoreCase(text[..wanted.Length], wanted);
}
