namespace ActorEvents.Sources.Files;

/// <summary>
/// Looks for what is left of a followed file that does not stand at its path any more: renamed while the node was down, or copied away before it was cut. It is known by its
/// first bytes, its position and, where it was not copied, its inode; so nothing is read twice under another name.
/// </summary>
internal static class FileRest
{
    private const int MostFiles = 10_000;

    /// <summary>The file, held open, or null. It may have been read to its end.</summary>
    public static OpenFile? Find(string path, KnownFile known, OpenFile? current)
    {
        OpenFile? found = null;
        foreach (var (file, facts) in Beside(path).Where(f => current is null || !f.Facts.IsSameFile(current.AtOpen)))
        {
            var renamed = known.Numbers.Contains(facts.Number);
            if (!renamed && (ResumeMark.Offset(known.Position.Resume) == 0 || !HasNameOf(path, file)))
            {
                continue;
            }

            if (TryOpen(file) is { } open)
            {
                if (open.Length > (found?.Length ?? -1) && FileHead.Read(open, path).IsOf(known.Identity) && FoundFile.IsConsistent(open, known.Position))
                {
                    found?.Dispose();
                    found = open;
                }
                else
                {
                    open.Dispose();
                }
            }
        }

        return found;
    }

    /// <summary>Files that were not written before <paramref name="rest"/>, have the path's name with something behind it, and are none that was ever read.</summary>
    public static async Task<(int Files, long Lines, long Bytes)> CountUnseenAsync(string path, OpenFile rest, OpenFile? current, KnownFiles known, CancellationToken cancellationToken)
    {
        var (files, lines, bytes) = (0, 0L, 0L);
        foreach (var (file, facts) in Beside(path))
        {
            if (facts.Changed < rest.AtOpen.Changed || !HasNameOf(path, file) || facts.IsSameFile(rest.AtOpen) || (current is not null && facts.IsSameFile(current.AtOpen)))
            {
                continue;
            }

            using var open = TryOpen(file);
            if (open is not null && FileHead.Read(open, path) is { } head && FileSignature.Refusal(head.Bytes) is null && !known.All.Any(k => head.IsOf(k.Identity)))
            {
                var (more, size) = await open.CountAsync(0, cancellationToken);
                (files, lines, bytes) = (files + 1, lines + more, bytes + size);
            }
        }

        return (files, lines, bytes);
    }

    public static bool HasNameOf(string path, string file) => Path.GetFileName(file).StartsWith(Path.GetFileName(path), StringComparison.Ordinal);

    /// <summary>Regular files of the path's folder, and of that of the file to which a link at the path points.</summary>
    public static IEnumerable<(string File, FileFacts Facts)> Beside(string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        foreach (var folder in new[] { path, target }.OfType<string>().Select(p => Path.GetDirectoryName(Path.GetFullPath(p))!).Distinct(StringComparer.Ordinal))
        {
            foreach (var file in Directory.EnumerateFiles(folder).Take(MostFiles))
            {
                if (FileFacts.Of(file) is { NotRegular: null } facts)
                {
                    yield return (file, facts);
                }
            }
        }
    }

    public static OpenFile? TryOpen(string file)
    {
        try
        {
            return OpenFile.Open(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FileFormatException)
        {
            // Not ours to read, or gone meanwhile.
            return null;
        }
    }
}
