using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Sources.Files;

/// <summary>Which stream the file at a path is, and how far that is committed.</summary>
/// <param name="IsNew">Nothing is committed of it yet; <paramref name="Start"/> is its beginning.</param>
internal sealed record FoundFile(FileIdentity Identity, StreamId Stream, CommittedPosition Start, bool IsNew)
{
    /// <summary>Null: the file is empty, so which one it is cannot be told.</summary>
    public static async Task<FoundFile?> FindAsync(string source, string path, IPositionStore positions, CancellationToken cancellationToken)
    {
        var prefix = source + "/";
        var known = await positions.ListAsync(prefix, cancellationToken);
        if (FileIdentity.Of(path, known.Select(p => p.Stream[prefix.Length..].Split('/')[0])) is not { } identity)
        {
            return null;
        }

        var stream = StreamId.ForPartition(source, path, identity.Id, 0) with { Label = path };
        foreach (var position in known)
        {
            if (position.Stream == stream.Name)
            {
                return new FoundFile(identity, stream, position, IsNew: false);
            }
        }

        return new FoundFile(identity, stream, new CommittedPosition(stream.Name, FilePlace.Start.NextLine, FilePlace.Start.Resume), IsNew: true);
    }
}
