using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ActorEvents.Sources.Files;

/// <summary>
/// The bytes of a file that are at hand: one buffer that moves along, keeps <see cref="ResumeMark.Window"/> bytes of what was passed, and grows up to one record. Counts
/// lines and offsets, and sees to it that the file at the path is still the one that was read.
/// </summary>
internal sealed class FileWindow(FileReadOptions options, Action<SafeFileHandle>? verify) : IDisposable
{
    private const int Chunk = 64 * 1024;
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[2 * Chunk];
    private SafeFileHandle? _file;
    private long _base;
    private int _start;
    private int _end;
    private bool _atBeginning;

    /// <summary>What was read and not passed.</summary>
    public ReadOnlySpan<byte> Bytes => _atBeginning ? [] : _buffer.AsSpan(_start, _end - _start);

    /// <summary>Place of the first of <see cref="Bytes"/> in the file.</summary>
    public long Offset => _base + _start;

    /// <summary>Number of the line with which <see cref="Bytes"/> begin.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The file is finished, and all of it is at hand.</summary>
    public bool Final { get; set; }

    /// <summary>Offset with the check of the bytes before it.</summary>
    public long Resume => ResumeMark.Make(Offset, Passed);

    private ReadOnlySpan<byte> Passed => _buffer.AsSpan(Math.Max(0, _start - ResumeMark.Window), Math.Min(_start, ResumeMark.Window));

    /// <param name="from">Where the reading will go on: a file that is shorter is refused at once.</param>
    public void Open(FilePlace from)
    {
        _file = Open();
        var (length, known) = (RandomAccess.GetLength(_file), ResumeMark.Offset(from.Resume));
        if (length < known)
        {
            throw Shorter(length, known);
        }
    }

    /// <summary>Goes to a place of an earlier reading.</summary>
    /// <exception cref="FileChangedException">The bytes before it are not those that were read then.</exception>
    public async ValueTask SeekAsync(FilePlace place, CancellationToken cancellationToken)
    {
        var offset = ResumeMark.Offset(place.Resume);
        (Line, _base, _start, _end) = (place.NextLine, Math.Max(0, offset - ResumeMark.Window), 0, 0);
        if (offset == 0)
        {
            _atBeginning = true;
            return;
        }

        _start = _end = (int)(offset - _base);
        if (await ReadAsync(_buffer.AsMemory(0, _start), _base, cancellationToken) < _start || Resume != place.Resume)
        {
            throw Replaced(offset);
        }

        _atBeginning = true;
    }

    public void Advance(int bytes, int lines)
    {
        _start += bytes;
        Line += lines;
    }

    /// <summary>Reads on. False: the end of the file (for now).</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await RandomAccess.ReadAsync(_file!, _buffer.AsMemory(_end), _base + _end, cancellationToken);
        _end += read;
        if (read == 0)
        {
            var length = RandomAccess.GetLength(_file!);
            if (length < _base + _end)
            {
                throw Shorter(length, _base + _end);
            }
        }

        if (_atBeginning)
        {
            CheckBeginning(final: read == 0 && !options.Follow);
        }

        return read > 0;
    }

    /// <summary>Opens the path again: what is there must begin with what was read.</summary>
    public async ValueTask LookAgainAsync(CancellationToken cancellationToken)
    {
        var old = _file!;
        _file = Open();
        old.Dispose();
        var length = RandomAccess.GetLength(_file);
        if (length < _base + _end)
        {
            throw Shorter(length, _base + _end);
        }

        var known = Math.Min(_end, _end - _start + ResumeMark.Window);
        var now = new byte[known];
        if (await ReadAsync(now, _base + _end - known, cancellationToken) < known || !now.AsSpan().SequenceEqual(_buffer.AsSpan(_end - known, known)))
        {
            throw Replaced(_base + _end);
        }

        if (length > _base + _end)
        {
            verify?.Invoke(_file);
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>
    /// At the beginning of the file: passes a byte order mark. Behind a record that was taken without its line end: passes the line end that has come since.
    /// </summary>
    private void CheckBeginning(bool final)
    {
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.IsEmpty)
        {
            return;
        }

        if (Offset == 0)
        {
            if (bytes.Length < ByteOrderMark.Length && !final && ByteOrderMark.AsSpan().StartsWith(bytes))
            {
                return;
            }

            _start += bytes.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        }
        else if (_buffer[_start - 1] == '\r' && bytes[0] == '\n')
        {
            _start++;
        }
        else if (_buffer[_start - 1] is not (byte)'\n' && !(_buffer[_start - 1] is (byte)'\r' && options.Format == FileFormat.Csv))
        {
            if (bytes[0] is not ((byte)'\r' or (byte)'\n'))
            {
                throw new FileChangedException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Line {Line - 1} of '{options.Path}' was taken as complete at the end of the file and has grown since. Read a file that grows with follow = true; to read this one on, end that line as it was and write the rest on a new one."));
            }

            var lineEnd = CsvScanner.LineEnd(bytes, final);
            if (lineEnd < 0)
            {
                return;
            }

            _start += lineEnd;
        }

        _atBeginning = false;
    }

    private void MakeRoom()
    {
        if (_buffer.Length - _end >= Chunk)
        {
            return;
        }

        var keep = Math.Max(0, _start - ResumeMark.Window);
        var size = _end - keep;
        var target = _buffer.Length - size >= Chunk ? _buffer : new byte[Math.Max(_buffer.Length, (size + Chunk) * 2)];
        _buffer.AsSpan(keep, size).CopyTo(target);
        (_buffer, _base, _start, _end) = (target, _base + keep, _start - keep, size);
    }

    private async ValueTask<int> ReadAsync(Memory<byte> into, long offset, CancellationToken cancellationToken)
    {
        var total = 0;
        while (total < into.Length)
        {
            var read = await RandomAccess.ReadAsync(_file!, into[total..], offset + total, cancellationToken);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(options.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (_file is not null && e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileChangedException($"The file '{options.Path}' is gone while it was followed; what was read of it stays. Put it back, or take the source out.");
        }
    }

    private FileChangedException Shorter(long length, long known) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The file '{options.Path}' has {length} bytes now, of {known} that were read (line {Line}): it was truncated or replaced. Nothing is read on at a stale byte; put it back, or give the new file another path or the source another name."));

    private FileChangedException Replaced(long offset) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The file '{options.Path}' was replaced or changed: the bytes before byte {offset} (line {Line}) are not those that were read. Nothing is read on at a stale byte; put it back, or give the new file another path or the source another name."));
}
