using System.Globalization;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>How the records of one topic (or file) are read. Checked when it is made, so that a wrong setting stops the start and not the first record.</summary>
public sealed class RecordMapping
{
    /// <summary>Default of <see cref="MaxEventBytes"/>: 1 MiB.</summary>
    public const int DefaultMaxEventBytes = 1024 * 1024;

    private const int MaxTextBytes = 1024;

    /// <param name="type">CloudEvents <c>type</c> of a plain record (setting <c>type</c>).</param>
    /// <param name="source">CloudEvents <c>source</c> of a plain record (setting <c>source</c>), a URI-reference.</param>
    /// <param name="dataContentType">Content type of a plain record that has no <c>content-type</c> header (setting <c>content-type</c>); null: none.</param>
    /// <param name="keyFormat">How record keys are read (setting <c>key-format</c>).</param>
    /// <param name="maxEventBytes">Largest record in bytes, see <see cref="EventEnvelope.Size"/>.</param>
    /// <exception cref="ArgumentException">Names the setting, its value and what is wrong with it.</exception>
    public RecordMapping(
        string type,
        string source,
        string? dataContentType = "application/json",
        KeyFormat keyFormat = KeyFormat.Utf8,
        int maxEventBytes = DefaultMaxEventBytes)
    {
        Check("type", type, AttributeRules.Type);
        Check("source", source, AttributeRules.Source);
        if (dataContentType is not null)
        {
            Check("content-type", dataContentType, AttributeRules.DataContentType);
        }

        if (!Enum.IsDefined(keyFormat))
        {
            throw new ArgumentException($"key-format = {keyFormat} is none of utf8, int32, int64, uuid, hex.", nameof(keyFormat));
        }

        if (maxEventBytes < 1)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"events.max-bytes = {maxEventBytes} must be at least 1."), nameof(maxEventBytes));
        }

        Type = type;
        Source = source;
        DataContentType = dataContentType;
        KeyFormat = keyFormat;
        MaxEventBytes = maxEventBytes;
    }

    public string Type { get; }

    public string Source { get; }

    public string? DataContentType { get; }

    public KeyFormat KeyFormat { get; }

    public int MaxEventBytes { get; }

    /// <summary>What a topic without a mapping of its own gets: type = the topic's name, source = <c>/topics/NAME</c>, JSON, keys in UTF-8.</summary>
    public static RecordMapping ForTopic(string topic, KeyFormat keyFormat = KeyFormat.Utf8, int maxEventBytes = DefaultMaxEventBytes) =>
        new(topic, "/topics/" + topic, "application/json", keyFormat, maxEventBytes);

    /// <summary>What plain records become.</summary>
    public override string ToString() => $"type '{Type}', source '{Source}', content type '{DataContentType}', keys as {KeyFormat}";

    private static void Check(string setting, string value, Func<string, string?> rule)
    {
        ArgumentNullException.ThrowIfNull(value, setting);
        var problem = Encoding.UTF8.GetByteCount(value) > MaxTextBytes ? $"it has more than {MaxTextBytes} bytes" : rule(value);
        if (problem is not null)
        {
            throw new ArgumentException($"{setting} = '{DecodeFailure.Show(value)}': {problem}.", setting);
        }
    }
}
