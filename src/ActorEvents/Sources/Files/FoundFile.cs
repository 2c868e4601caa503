using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Sources.Files;

/// <summary>Which stream a file is, and how far that is committed.</summary>
/// <param name="IsNew">Nothing is committed of it yet; <paramref name="Start"/> is its beginning.</param>
internal sealed record FoundFile(OpenFile File, FileIdentity Identity, StreamId Stream, CommittedPosition Start, bool IsNew)
{
    /// <summary>It is not at the path any more: what is left of it is read, and then it is done with.</summary>
    public bool IsRest { get; init; }

    /// <summary>How its reading ends for good when all of it is read.</summary>
    public FileEnd End { get; init; } = FileEnd.Rotated;

    /// <summary>The inode under which it is known.</summary>
    public ulong Number { get; init; } = File.AtOpen.Number;

    /// <summary>Null: the file is empty, so which one it is cannot be told.</summary>
    /// <param name="path">Where it stands or stood.</param>
    /// <param name="cut">The id of one that was cut there: it is not that, even if nothing was read of that and it begins alike.</param>
    /// <exception cref="FileFormatException">No setting makes it readable.</exception>
    /// <exception cref="FileChangedException">It is one of the known files, cut off. Not of a followed file, which is a new one then.</exception>
    public static FoundFile? Of(OpenFile file, string source, string path, bool follow, KnownFiles known, string? cut = null)
    {
        var head = FileHead.Read(file, path);
        if (FileSignature.Refusal(head.Bytes) is { } refusal)
        {
            throw new FileFormatException($"The file '{path}' {refusal}");
        }

        var candidates = known.All.Where(k => head.IsOf(k.Identity)).OrderByDescending(k => ResumeMark.Offset(k.Position.Resume)).ThenByDescending(k => k.Identity.Hashed);
        foreach (var candidate in candidates)
        {
            // One that is finished is read on by who reads it, or refused there.
            if (!follow || (MayGoOn(candidate, file) && candidate.Identity.Id != cut && IsConsistent(file, candidate.Position)))
            {
                return new FoundFile(file, candidate.Identity, StreamId.ForPartition(source, path, candidate.Identity.Id, 0) with { Label = path }, candidate.Position, IsNew: false);
            }
        }

        if (!follow && known.All.FirstOrDefault(k => k.Identity.MayHaveBeen(head)) is { } truncated)
        {
            throw new FileChangedException(
                $"The file '{path}' has {head.Length} bytes now, of {truncated.Identity.Hashed} or more that it had when it was first read (id {truncated.Identity.Id}): it was truncated. Put it back, or give the new file another path or the source another name.");
        }

        return head.Length == 0 ? null : New(file, source, path, known, head);
    }

    /// <summary>A file that was never seen at its path, but lies beside it; null: it is a copy of what was read, or nothing that can be read.</summary>
    /// <param name="copyOf">
    /// A file that was cut and of which no copy was found yet: the first one that begins as it does and is shorter than what was read of it is that copy. One, and no other: the next may be a
    /// file that came and was cut since. Null from then on.
    /// </param>
    public static FoundFile? OfMissed(OpenFile file, string source, string path, KnownFiles known, FileTrail trail, ref string? copyOf)
    {
        var head = FileHead.Read(file, path);
        if (head.Length == 0 || FileSignature.Refusal(head.Bytes) is not null || trail.HoldsCopyOf(file))
        {
            return null;
        }

        var alike = known.All.Where(k => head.IsOf(k.Identity) && ResumeMark.Offset(k.Position.Resume) > 0).ToList();
        if (alike.Exists(k => IsConsistent(file, k.Position)))
        {
            return null;
        }

        var cut = copyOf;
        if (alike.Exists(k => k.Identity.Id == cut && file.Length < ResumeMark.Offset(k.Position.Resume)))
        {
            copyOf = null;
            return null;
        }

        return New(file, source, path, known, head) with { IsRest = true };
    }

    private static FoundFile New(OpenFile file, string source, string path, KnownFiles known, FileHead head)
    {
        var identity = known.New(head);
        var stream = StreamId.ForPartition(source, path, identity.Id, 0) with { Label = path };
        return new FoundFile(file, identity, stream, new CommittedPosition(stream.Name, FilePlace.Start.NextLine, FilePlace.Start.Resume), IsNew: true);
    }

    /// <summary>Whether the bytes before a position are those that were read then.</summary>
    public static bool IsConsistent(OpenFile file, CommittedPosition position)
    {
        var offset = ResumeMark.Offset(position.Resume);
        var before = new byte[Math.Min(offset, ResumeMark.Window)];
        return file.Length >= offset
            && RandomAccess.Read(file.Handle, before, offset - before.Length) == before.Length
            && ResumeMark.Make(offset, before) == position.Resume;
    }

    /// <summary>One that was rotated away may come back under its name; one that was cut is another one from then on, even if it begins alike.</summary>
    private static bool MayGoOn(KnownFile known, OpenFile file) =>
        known.End == FileEnd.None || (known.End == FileEnd.Rotated && known.Numbers.Contains(file.AtOpen.Number));
}
