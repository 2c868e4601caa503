using System.ComponentModel.DataAnnotations;
using ActorEvents.Kafka.Clients;
using ActorEvents.Sources;
using ActorEvents.Sources.Files;

namespace ActorEvents.Node.Sources;

/// <summary>Kind <c>file</c>. Its defaults and bounds are those of <see cref="FileReadOptions"/>.</summary>
public sealed class FileSettings : SourceSettings
{
    /// <summary>The file; the same path on every node.</summary>
    [Required(ErrorMessage = "it must name a file.")]
    public string Path { get; set; } = "";

    /// <summary>How it is cut into records. Default csv.</summary>
    public FileFormat Format { get; set; } = FileFormat.Csv;

    /// <summary>CSV: what separates the columns. Default the comma.</summary>
    public char Separator { get; set; } = ',';

    /// <summary>Column (CSV) or member (JSON) that is the key. Default none.</summary>
    public string Key { get; set; } = "";

    /// <summary>CloudEvents type of the records; must be given unless they are CloudEvents.</summary>
    public string Type { get; set; } = "";

    /// <summary>CloudEvents source of the records; empty: <c>/files/NAME</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>Whether the file may grow. Default false.</summary>
    public bool Follow { get; set; }

    /// <summary>Records a second at most; 0: no limit. Default 0.</summary>
    public double Rate { get; set; }

    /// <summary>How often a followed file is looked at. Default 200 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long a file that was rotated away must be quiet before the next one is read. Default 2 s.</summary>
    public TimeSpan RotateWait { get; set; } = TimeSpan.FromSeconds(2);

    internal override Func<KafkaTopics, IEventSource> Prepare(string name, SourceDefaults node)
    {
        var file = new FileReadOptions
        {
            Path = Path,
            Format = Format,
            Separator = Separator,
            KeyColumn = Given(Key),
            Follow = Follow,
            EventsPerSecond = Rate,
            PollInterval = PollInterval,
            RotateWait = RotateWait,
            MaxEventBytes = node.MaxEventBytes,
        };
        var source = new FileSource(name, file, Given(Type), Given(Source));
        return _ => source;
    }
}
