using Microsoft.Win32.SafeHandles;

namespace ActorEvents.Sources.Files;

/// <summary>A file that is held open: it stays the same one and can be read, whatever becomes of its name.</summary>
internal sealed class OpenFile : IDisposable
{
    private OpenFile(SafeFileHandle handle)
    {
        Handle = handle;
        AtOpen = FileFacts.Of(handle);
    }

    public SafeFileHandle Handle { get; }

    /// <summary>As it was when it was opened.</summary>
    public FileFacts AtOpen { get; }

    public long Length => RandomAccess.GetLength(Handle);

    /// <summary>How far it was read, set at the end of a reading.</summary>
    public FilePlaceInBytes ReadTo { get; set; }

    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="FileFormatException">It is no regular file.</exception>
    public static OpenFile Open(string path)
    {
        // Asked first: to open a pipe that nobody writes to would never return.
        if (FileFacts.Of(path)?.NotRegular is { } other)
        {
            throw new FileFormatException($"'{path}' is {other}; a source reads regular files only. Write what it is to read into a file, and name that.");
        }

        return new OpenFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan));
    }

    /// <summary>Line ends from a byte on, as far as the file goes now; a last line without end counts.</summary>
    public async Task<(long Lines, long Bytes)> CountAsync(long from, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var (lines, at, last) = (0L, from, (byte)'\n');
        while (await RandomAccess.ReadAsync(Handle, buffer, at, cancellationToken) is > 0 and var read)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            (at, last) = (at + read, buffer[read - 1]);
        }

        return (lines + (last == '\n' ? 0 : 1), at - from);
    }

    /// <summary>The first byte in which two files differ before an offset; -1: none.</summary>
    public static long Difference(OpenFile one, OpenFile other, long before)
    {
        var (ours, theirs) = (new byte[64 * 1024], new byte[64 * 1024]);
        for (long at = 0; at < before;)
        {
            var size = (int)Math.Min(ours.Length, before - at);
            var (a, b) = (RandomAccess.Read(one.Handle, ours.AsSpan(0, size), at), RandomAccess.Read(other.Handle, theirs.AsSpan(0, size), at));
            var read = Math.Min(a, b);
            var same = ours.AsSpan(0, read).CommonPrefixLength(theirs.AsSpan(0, read));
            if (same < read || read == 0)
            {
                return at + same;
            }

            at += read;
        }

        return -1;
    }

    public void Dispose() => Handle.Dispose();
}

/// <param name="Line">The last line that was read.</param>
/// <param name="Offset">The byte behind it.</param>
internal readonly record struct FilePlaceInBytes(long Line, long Offset);
