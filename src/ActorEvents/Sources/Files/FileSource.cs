using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Sources.Files;

/// <summary>Settings of a <see cref="FileSource"/>.</summary>
public sealed class FileSourceOptions
{
    /// <summary>Name of the source; see <see cref="IEventSource.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>CloudEvents <c>type</c> of the records.</summary>
    public required string EventType { get; init; }

    /// <summary>CloudEvents <c>source</c> of the records; null: <c>/files/NAME</c>.</summary>
    public string? EventSource { get; init; }

    /// <summary>Which file, and how it is read.</summary>
    public required FileReadOptions File { get; init; }
}

/// <summary>
/// A CSV or NDJSON file as a source: one stream, position = origin number = line. The stream's name holds the file's identity (<see cref="FileIdentity"/>), so a file
/// that grows stays one stream, and another file at the same path is another one. On one node of the cluster at a time.
/// </summary>
public sealed class FileSource : IEventSource
{
    private readonly FileSourceOptions _options;
    private readonly RecordMapping _mapping;

    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public FileSource(FileSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SourceNames.Check(options.Name);
        options.File.Validate();
        _options = options;
        _mapping = new RecordMapping(options.EventType, options.EventSource ?? "/files/" + options.Name, "application/json", KeyFormat.Utf8, options.File.MaxEventBytes);
    }

    public string Name => _options.Name;

    public SourcePlacement Placement => SourcePlacement.Singleton;

    public string Describe => $"file {Path.GetFullPath(_options.File.Path)} ({(_options.File.Format == FileFormat.Csv ? "CSV" : "NDJSON")}{(_options.File.Follow ? ", followed" : "")})";

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new FileSourceActor(context, _options.File, _mapping));
}
