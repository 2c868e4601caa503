using System.Globalization;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Sources.Files;

/// <summary>How a file is cut into records.</summary>
public enum FileFormat
{
    /// <summary>RFC 4180 with a header line; the data of a record is a JSON object of its columns, all values as strings.</summary>
    Csv,

    /// <summary>One JSON value a line; the data of a record is the line's bytes.</summary>
    Ndjson,

    /// <summary>As <see cref="Ndjson"/>, each line a CloudEvent in the JSON format (structured mode), which says itself what type and source it has.</summary>
    CloudEvents,
}

/// <summary>Which file is read, and how.</summary>
public sealed class FileReadOptions
{
    /// <summary>The file. The same path on every node that may read it.</summary>
    public required string Path { get; init; }

    /// <summary>Default: <see cref="FileFormat.Csv"/>.</summary>
    public FileFormat Format { get; init; } = FileFormat.Csv;

    /// <summary>What separates the columns of a CSV file: one ASCII character. Default: the comma.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>The column (CSV) or member of the object (NDJSON) that is the key; null: records have no key.</summary>
    public string? KeyColumn { get; init; }

    /// <summary>
    /// True: the file may grow; at its end the reader waits, and a last line without line end waits with it. False (default): the file is finished; a last
    /// line without line end is taken, and the reading ends.
    /// </summary>
    public bool Follow { get; init; }

    /// <summary>Records per second at most; 0 (default): as fast as they are taken.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>Largest record in bytes: the event's data (NDJSON: the line without its end; CSV: the JSON object). Default 1 MiB.</summary>
    public int MaxEventBytes { get; init; } = RecordMapping.DefaultMaxEventBytes;

    /// <summary>How often a followed file is looked at. Default 200 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// For how long a followed file that was rotated away (renamed, deleted, replaced) must be quiet before the one that has come to its path is read. What is written to the
    /// old one later is lost, and counted. Default 2 s.
    /// </summary>
    public TimeSpan RotateWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate()
    {
        Refuse(string.IsNullOrWhiteSpace(Path), "path", Path, "must name a file");
        Refuse(!Enum.IsDefined(Format), "format", Format, "must be csv, ndjson or cloud-events");
        Refuse(Separator is '"' or '\r' or '\n' or '\0' || !char.IsAscii(Separator), "separator", $"U+{(int)Separator:X4}", "must be one ASCII character that is no quote and no line end");
        Refuse(KeyColumn is { Length: 0 }, "key", "", "must name a column, or be left out");
        Refuse(!(EventsPerSecond is 0 or (>= 0.001 and <= 1e9)), "rate", EventsPerSecond, "must be 0 (no limit) or 0.001 to 1000000000 events per second");
        Refuse(MaxEventBytes is < 16 or > 64 * 1024 * 1024, "events.max-bytes", MaxEventBytes, "must be 16 to 67108864");
        Refuse(PollInterval < TimeSpan.FromMilliseconds(1) || PollInterval > TimeSpan.FromHours(1), "poll-interval", PollInterval, "must be 1 ms to 1 h");
        Refuse(RotateWait < TimeSpan.Zero || RotateWait > TimeSpan.FromHours(1), "rotate-wait", RotateWait, "must be 0 to 1 h");
    }

    private static void Refuse(bool wrong, string setting, object? value, string rule)
    {
        if (wrong)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{setting} = '{value}' of a file {rule}."), setting);
        }
    }
}
