using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Stores;
using Akka.Actor;

namespace ActorEvents.Sources.Files;

/// <summary>Settings of a <see cref="FileSource"/>.</summary>
public sealed class FileSourceOptions
{
    /// <summary>Name of the source; see <see cref="IEventSource.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>CloudEvents <c>type</c> of the records; needed but for <see cref="FileFormat.CloudEvents"/>, where it counts for nothing.</summary>
    public string? EventType { get; init; }

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
    private volatile string? _problem;

    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public FileSource(FileSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SourceNames.Check(options.Name);
        options.File.Validate();
        var type = options.EventType is null && options.File.Format == FileFormat.CloudEvents ? options.Name : options.EventType;
        _options = options;
        _mapping = new RecordMapping(type ?? "", options.EventSource ?? "/files/" + options.Name, "application/json", KeyFormat.Utf8, options.File.MaxEventBytes);
    }

    public string Name => _options.Name;

    public SourcePlacement Placement => SourcePlacement.Singleton;

    public string Describe => $"file {Path.GetFullPath(_options.File.Path)} ({_options.File.Format}{(_options.File.Follow ? ", followed" : "")})";

    /// <inheritdoc/>
    public string MessagingSystem => "file";

    /// <inheritdoc/>
    public string? Problem => _problem;

    public Props Props(SourceContext context)
    {
        Action<string?> report = problem => _problem = problem;
        return Akka.Actor.Props.Create(() => new FileSourceActor(context, _options.File, _mapping, report));
    }

    /// <summary>As <see cref="IEventSource.EndsAsync"/>; a followed file has no end, so it is not among them, and neither is one that is empty.</summary>
    /// <exception cref="IOException">The file is not there, cannot be read, or is not the one that was read.</exception>
    public async Task<IReadOnlyList<CommittedPosition>> EndsAsync(IPositionStore positions, CancellationToken cancellationToken)
    {
        if (_options.File.Follow || await FoundFile.FindAsync(Name, _options.File.Path, positions, cancellationToken) is not { } file)
        {
            return [];
        }

        // One batch tells whether something is left; where the file ends only reading all of it would.
        var place = new FilePlace(file.Start.Next, file.Start.Resume);
        await foreach (var batch in new FileRecords(_options.File, TimeProvider.System).ReadAsync(place, cancellationToken))
        {
            return [file.Start with { Next = batch[^1].Line + 1 }];
        }

        return [file.Start];
    }
}
