using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Finds out what of a path is to be read next: what is left of a file that was rotated away, then the file that stands there. Notes in <c>ae_positions</c> which file is
/// read and which is done with. One call at a time.
/// </summary>
internal sealed class FileFinder(SourceContext source, FileReadOptions options, FileTrail trail, ILogger log)
{
    private readonly HashSet<string> _unseenCounted = new(StringComparer.Ordinal);
    private bool _restsRead;
    private bool _copies;
    private (string Id, FileCutException Cut)? _cut;
    private string? _copyOf;

    /// <summary>The file that is read was cut: what it held is looked for in a copy.</summary>
    public void WasCut(FoundFile file, FileCutException cut) => (_restsRead, _copies, _cut, _copyOf) = (false, true, (file.Identity.Id, cut), file.Identity.Id);

    /// <summary>All of it is committed, and it is not read again.</summary>
    public async Task DoneAsync(FoundFile file)
    {
        await NoteAsync(file.Identity, [file.Number], file.End);
        if (file.IsRest)
        {
            trail.Keep(file.File);
        }
        else if (ReferenceEquals(trail.Current, file.File))
        {
            _copies = false;
            trail.Advance();
        }
    }

    /// <summary>The file that stands at the path now, or the next one behind it, cannot be read, and another one has come: it is let go.</summary>
    public async Task GiveUpAsync(string why)
    {
        if (trail.Current is { } file && trail.Next is not null && trail.Superseded >= options.RotateWait)
        {
            var (lines, bytes) = await file.CountAsync(0, CancellationToken.None);
            SayLost(lines, bytes, $"it was rotated away, and could not be read: {why}");
            file.ReadTo = new FilePlaceInBytes(lines, bytes);
            trail.Advance();
        }
    }

    /// <summary>Null: the file is empty, so which one it is cannot be told.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="FileFormatException">No setting makes it readable.</exception>
    public async Task<FoundFile?> FindAsync()
    {
        while (true)
        {
            var current = trail.Start();
            var known = await KnownFiles.ListAsync(source.Name, source.Positions, CancellationToken.None);
            var found = FoundFile.Of(current, source.Name, options.Path, options.Follow, known, _cut?.Id);
            if (options.Follow && !_restsRead)
            {
                foreach (var file in known.All.Where(k => k.Numbers.Count > 0 && k.End == FileEnd.None && k.Identity != found?.Identity))
                {
                    if (await RestAsync(file, current, known) is { } rest)
                    {
                        return rest;
                    }
                }

                (_restsRead, _cut) = (true, null);
            }

            if (Missed(known) is { } missed)
            {
                return await BeginAsync(missed);
            }

            if (found is not null)
            {
                return await BeginAsync(found);
            }

            if (trail.Next is null || trail.Superseded < options.RotateWait || current.Length > 0)
            {
                return null;
            }

            trail.Advance();
        }
    }

    private FoundFile? Missed(KnownFiles known)
    {
        if (_copies)
        {
            trail.SeeMissed();
        }

        while (trail.TakeMissed() is { } file)
        {
            if (FoundFile.OfMissed(file, source.Name, options.Path, known, trail, ref _copyOf) is { } missed)
            {
                return missed;
            }

            file.Dispose();
        }

        return null;
    }

    private async Task<FoundFile> BeginAsync(FoundFile found)
    {
        if (found.IsNew)
        {
            // The start is committed at once: the row is also where the hashed length is kept.
            await source.Positions.RaiseAsync([found.Start], CancellationToken.None);
        }

        if (options.Follow)
        {
            await NoteAsync(found.Identity, [found.Number], FileEnd.None);
        }

        return found;
    }

    /// <summary>Lines that came into a file after it had been read to its end.</summary>
    public async Task CountLateAsync()
    {
        foreach (var file in trail.Grown())
        {
            var (line, offset) = file.ReadTo;
            var (lines, bytes) = await file.CountAsync(offset, CancellationToken.None);
            file.ReadTo = new FilePlaceInBytes(line + lines, offset + bytes);
            SayLost(lines, bytes, string.Create(
                CultureInfo.InvariantCulture, $"they were written behind line {line} of a file that had been rotated away and quiet for {options.RotateWait.TotalSeconds} s (setting rotate-wait)"));
        }
    }

    private async Task<FoundFile?> RestAsync(KnownFile known, OpenFile current, KnownFiles all)
    {
        var (end, offset) = (known.Numbers.Contains(current.AtOpen.Number) ? FileEnd.Cut : FileEnd.Rotated, ResumeMark.Offset(known.Position.Resume));
        var cut = _cut is { } seen && seen.Id == known.Identity.Id ? seen.Cut : null;
        var rest = FileRest.Find(options.Path, known, current);
        _copyOf = rest is not null && known.Identity.Id == _copyOf ? null : _copyOf;
        trail.SeeMissed();
        if (cut is not null && cut.Had - Math.Max(rest?.Length ?? 0, cut.ReadTo.Offset) is > 0 and var missing && (offset > 0 || !trail.HasMissed))
        {
            SayLost(1, missing, string.Create(CultureInfo.InvariantCulture, $"at least: they stood behind line {cut.ReadTo.Line} when the file was cut, and {(rest is null ? "no copy lies" : "not in the copy")} beside it"));
        }
        else if (cut is not null && rest is null && !trail.HasMissed)
        {
            Log.FileCutWithoutCopy(log, options.Path, options.PollInterval.TotalMilliseconds);
        }

        // Whether or not something is left of the one that was read; once, although that may be begun anew.
        if (rest is not null && cut is null && _unseenCounted.Add(known.Identity.Id))
        {
            var (files, lines, bytes) = await FileRest.CountUnseenAsync(options.Path, rest, current, all, CancellationToken.None);
            if (files > 0)
            {
                SayLost(lines, bytes, string.Create(CultureInfo.InvariantCulture, $"they stand in {files} file(s) beside it that came and were rotated away while no node read them. Make each a source of its own to read it"));
            }
        }

        if (rest is null)
        {
            if (cut is null)
            {
                SayLost(1, 0, string.Create(
                    CultureInfo.InvariantCulture,
                    $"perhaps: the file that was read up to line {known.Position.Next - 1} was rotated away while no node read it, and does not lie beside '{options.Path}' any more. Keep one rotated file uncompressed"));
            }
        }
        else if (rest.Length > offset)
        {
            Log.FileRestFound(log, options.Path, known.Position.Next, rest.Length - offset);
            return new FoundFile(rest, known.Identity, StreamId.ForPartition(source.Name, options.Path, known.Identity.Id, 0) with { Label = options.Path }, known.Position, IsNew: false)
            {
                IsRest = true,
                End = end,
                Number = known.Numbers[0],
            };
        }

        if (rest is not null && cut is not null)
        {
            // All of it was read: other copies of the same are known by it.
            rest.ReadTo = new FilePlaceInBytes(known.Position.Next - 1, rest.Length);
            trail.Keep(rest);
        }
        else
        {
            rest?.Dispose();
        }

        await NoteAsync(known.Identity, known.Numbers, end);
        return null;
    }

    private Task NoteAsync(FileIdentity identity, IReadOnlyList<ulong> numbers, FileEnd end) =>
        source.Positions.RaiseAsync([.. numbers.Select(n => KnownFiles.Row(source.Name, identity.Id, n, end))], CancellationToken.None);

    private void SayLost(long lines, long bytes, string why)
    {
        Metrics.FileLinesLost(source.Name, lines);
        Log.FileLinesLost(log, lines, bytes, options.Path, why);
    }
}
