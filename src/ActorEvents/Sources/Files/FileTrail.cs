namespace ActorEvents.Sources.Files;

/// <summary>
/// The files that stand at one path, one after the other, each held open from the moment it was seen: so a file that is rotated away (renamed, deleted, replaced) is read to
/// its end, and one that stood there only for a moment is not missed. Thread-safe.
/// </summary>
internal sealed class FileTrail(string path, TimeProvider time) : IDisposable
{
    /// <summary>Files that may wait behind the one that is read; the newest that finds no room is opened once there is some, if it still stands there.</summary>
    private const int MostWaiting = 100;

    /// <summary>Files that were read to their end and may still be written to.</summary>
    private const int MostFormer = 8;

    private readonly Lock _lock = new();
    private readonly Queue<OpenFile> _waiting = new();
    private readonly Queue<OpenFile> _former = new();
    private readonly Queue<OpenFile> _missed = new();
    private readonly HashSet<(ulong Device, ulong Number, long Born)> _seen = [];
    private OpenFile? _current;
    private OpenFile? _newest;
    private long _supersededAt;
    private long? _missingSince;
    private string? _problem;
    private bool _disposed;

    /// <summary>The file that is being read; null: none was opened yet.</summary>
    public OpenFile? Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>The file that came to the path behind the current one; null: none.</summary>
    public OpenFile? Next
    {
        get
        {
            lock (_lock)
            {
                return _waiting.TryPeek(out var next) ? next : null;
            }
        }
    }

    /// <summary>For how long another file has stood at the path.</summary>
    public TimeSpan Superseded
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_supersededAt);
            }
        }
    }

    /// <summary>For how long nothing has stood at the path.</summary>
    public TimeSpan Missing
    {
        get
        {
            lock (_lock)
            {
                return _missingSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Why what stands at the path now cannot be read; null: nothing is wrong.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
            {
                return _problem;
            }
        }
    }

    /// <summary>The file that is read, opened now if none is.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="FileFormatException">It is no regular file.</exception>
    public OpenFile Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is null)
            {
                _current = _newest = OpenFile.Open(path);
                _seen.UnionWith(FileRest.Beside(path).Select(f => f.Facts.Known));
            }

            return _current;
        }
    }

    /// <summary>Sees what stands at the path now.</summary>
    public void Look()
    {
        lock (_lock)
        {
            if (_disposed || _newest is null)
            {
                return;
            }

            try
            {
                _problem = null;
                if (FileFacts.Of(path) is not { } facts)
                {
                    _missingSince ??= time.GetTimestamp();
                    return;
                }

                _missingSince = null;
                if (!facts.IsSameFile(_newest.AtOpen) && _waiting.Count < MostWaiting)
                {
                    _supersededAt = _waiting.Count == 0 ? time.GetTimestamp() : _supersededAt;
                    _waiting.Enqueue(_newest = OpenFile.Open(path));
                    _seen.Add(_newest.AtOpen.Known);
                    HoldMissed();
                }
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It went while it was looked at.
                _missingSince ??= time.GetTimestamp();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FileFormatException)
            {
                _problem = e.Message;
            }
        }
    }

    /// <summary>A file that lies beside the path since the last rotation and was never seen at it: one that came and went between two looks, or a copy.</summary>
    public OpenFile? TakeMissed()
    {
        lock (_lock)
        {
            return _missed.TryDequeue(out var missed) ? missed : null;
        }
    }

    /// <summary>Whether <see cref="TakeMissed"/> has something to tell.</summary>
    public bool HasMissed
    {
        get
        {
            lock (_lock)
            {
                return _missed.Count > 0;
            }
        }
    }

    /// <summary>A file of another name that was read to its end.</summary>
    public void Keep(OpenFile file)
    {
        lock (_lock)
        {
            _former.Enqueue(file);
            if (_former.Count > MostFormer || _disposed)
            {
                _former.Dequeue().Dispose();
            }
        }
    }

    /// <summary>
    /// Whether a file is nothing but the beginning of one that is held. Where that is still to be read, <see cref="SeeMissed"/> sees the file again: once the other one is cut, it is what is left.
    /// </summary>
    public bool HoldsCopyOf(OpenFile file)
    {
        OpenFile[] unread, former;
        lock (_lock)
        {
            (unread, former) = ([.. _waiting.Append(_current).OfType<OpenFile>()], [.. _former]);
        }

        if (!unread.Any(IsCopyOf))
        {
            return former.Any(IsCopyOf);
        }

        lock (_lock)
        {
            _seen.Remove(file.AtOpen.Known);
        }

        return true;

        bool IsCopyOf(OpenFile held) => !ReferenceEquals(held, file) && file.Length <= held.Length && OpenFile.Difference(file, held, file.Length) < 0;
    }

    /// <summary>The current file is done with: the next one is the current one, if there is one.</summary>
    public void Advance()
    {
        lock (_lock)
        {
            if (_current is null || _disposed)
            {
                return;
            }

            Keep(_current);
            _supersededAt = time.GetTimestamp();
            _current = _waiting.TryDequeue(out var next) ? next : null;
            _newest = _current is null ? null : _newest;
        }
    }

    /// <summary>The next file holds all that the current one does: it stands in for it.</summary>
    public void Replace()
    {
        lock (_lock)
        {
            _current?.Dispose();
            _current = _waiting.Dequeue();
        }
    }

    /// <summary>Files that grew after they had been read to their end.</summary>
    public IReadOnlyList<OpenFile> Grown()
    {
        lock (_lock)
        {
            return _disposed ? [] : [.. _former.Where(f => f.Length > f.ReadTo.Offset)];
        }
    }

    /// <summary>Lets the current file go without keeping it.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _current?.Dispose();
            _current = _newest = null;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var file in _waiting.Concat(_former).Concat(_missed).Append(_current))
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Holds what has come beside the path since the last look; of them <see cref="TakeMissed"/> tells.</summary>
    public void SeeMissed()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                HoldMissed();
            }
        }
    }

    private void HoldMissed()
    {
        // A copy that is empty is just being made.
        var beside = FileRest.Beside(path).Where(f => f.Facts.Length > 0).ToList();
        foreach (var (file, facts) in beside.Where(f => FileRest.HasNameOf(path, f.File)).OrderBy(f => f.Facts.Changed))
        {
            if (!_seen.Contains(facts.Known) && _missed.Count < MostWaiting && FileRest.TryOpen(file) is { } missed)
            {
                _missed.Enqueue(missed);
            }
        }

        // And no others: the number of a deleted file is given to the next one.
        _seen.Clear();
        _seen.UnionWith(beside.Select(f => f.Facts.Known));
        _seen.UnionWith(_waiting.Concat(_former).Append(_current).OfType<OpenFile>().Select(f => f.AtOpen.Known));
    }
}
