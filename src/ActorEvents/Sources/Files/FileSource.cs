using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Stores;
using Akka.Actor;

namespace ActorEvents.Sources.Files;

/// <summary>
/// A CSV or NDJSON file as a source: one stream, position = origin number = line. The stream's name holds the file's identity (<see cref="FileIdentity"/>), so a file
/// that grows stays one stream, and another file at the same path is another one. On one node of the cluster at a time.
/// </summary>
public sealed class FileSource : IEventSource
{
    private readonly FileReadOptions _file;
    private readonly RecordMapping _mapping;
    private volatile string? _problem;

    /// <param name="name">Name of the source; see <see cref="IEventSource.Name"/>.</param>
    /// <param name="file">Which file, and how it is read.</param>
    /// <param name="eventType">CloudEvents <c>type</c> of the records; needed but for <see cref="FileFormat.CloudEvents"/>, where it counts for nothing.</param>
    /// <param name="eventSource">CloudEvents <c>source</c> of the records; null: <c>/files/NAME</c>.</param>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public FileSource(string name, FileReadOptions file, string? eventType = null, string? eventSource = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        SourceNames.Check(name);
        file.Validate();
        var type = eventType is null && file.Format == FileFormat.CloudEvents ? name : eventType;
        (Name, _file) = (name, file);
        _mapping = new RecordMapping(type ?? "", eventSource ?? "/files/" + name, "application/json", KeyFormat.Utf8, file.MaxEventBytes);
    }

    public string Name { get; }

    public SourcePlacement Placement => SourcePlacement.Singleton;

    public string Describe => $"file {Path.GetFullPath(_file.Path)} ({_file.Format}{(_file.Follow ? ", followed" : "")})";

    /// <inheritdoc/>
    public string Takes => $"{_file.Format}{(_file.Follow ? ", followed" : "")}, separator '{_file.Separator}', key '{_file.KeyColumn}', {_mapping}";

    /// <inheritdoc/>
    public string MessagingSystem => "file";

    /// <inheritdoc/>
    public string? Problem => _problem;

    public Props Props(SourceContext context)
    {
        Action<string?> report = problem => _problem = problem;
        return Akka.Actor.Props.Create(() => new FileSourceActor(context, _file, _mapping, report));
    }

    /// <summary>As <see cref="IEventSource.EndsAsync"/>; a followed file has no end, so it is not among them, and neither is one that is empty.</summary>
    /// <exception cref="IOException">The file is not there, cannot be read, or is not the one that was read.</exception>
    public async Task<IReadOnlyList<CommittedPosition>> EndsAsync(IPositionStore positions, CancellationToken cancellationToken)
    {
        if (_file.Follow)
        {
            return [];
        }

        using var open = OpenFile.Open(_file.Path);
        if (FoundFile.Of(open, Name, _file.Path, follow: false, await KnownFiles.ListAsync(Name, positions, cancellationToken)) is not { } file)
        {
            return [];
        }

        // One batch tells whether something is left; where the file ends only reading all of it would.
        await foreach (var batch in new FileRecords(_file, TimeProvider.System).ReadAsync(open, null, new FilePlace(file.Start.Next, file.Start.Resume), null, cancellationToken))
        {
            return [file.Start with { Next = batch[^1].Line + 1 }];
        }

        return [file.Start];
    }
}
