using System.Globalization;

namespace ActorEvents.Sources.Files;

/// <summary>
/// The bytes of a file that are at hand: one buffer that moves along, keeps <see cref="ResumeMark.Window"/> bytes of what was passed, and grows up to one record. Counts
/// lines and offsets, and sees to it that the file at the path is still the one that was read.
/// </summary>
/// <param name="isIt">Asked when the first bytes have been read, and again when the file has changed: whether it still is the one that was looked for.</param>
internal sealed class FileWindow(FileReadOptions options, OpenFile file, Func<OpenFile, bool>? isIt)
{
    private const int Chunk = 64 * 1024;
    private const long Nothing = -1;
    private const long Beginning = -2;
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[2 * Chunk];
    private OpenFile _file = file;
    private BlockChecksums _sums = new(0, 0);
    private byte[] _block = [];
    private bool _isKnown = isIt is null;

    /// <summary>How long the file that is read has been, at least.</summary>
    private long _seen;
    private long _textTo;
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

    /// <summary>The first byte of a block that was written over in place, seen by the last <see cref="FillAsync"/>; negative: none.</summary>
    public long Overwritten { get; private set; } = Nothing;

    /// <summary>Offset with the check of the bytes before it.</summary>
    public long Resume => ResumeMark.Make(Offset, Passed);

    private ReadOnlySpan<byte> Passed => _buffer.AsSpan(Math.Max(0, _start - ResumeMark.Window), Math.Min(_start, ResumeMark.Window));

    /// <param name="from">Where the reading will go on: a file that is shorter is refused at once.</param>
    public void Begin(FilePlace from)
    {
        var (length, known) = (_file.Length, ResumeMark.Offset(from.Resume));
        _seen = length;
        if (length < known)
        {
            throw Shorter(length, known);
        }

        var last = new byte[1];
        _textTo = length > 0 && RandomAccess.Read(_file.Handle, last, length - 1) == 1 && last[0] != 0 ? length : long.MaxValue;
    }

    /// <summary>Goes to a place of an earlier reading.</summary>
    /// <exception cref="FileChangedException">The bytes before it are not those that were read then.</exception>
    public async ValueTask SeekAsync(FilePlace place, CancellationToken cancellationToken)
    {
        var offset = ResumeMark.Offset(place.Resume);
        (Line, _base, _start, _end) = (place.NextLine, Math.Max(0, offset - ResumeMark.Window), 0, 0);
        _sums = new BlockChecksums(offset, FileFacts.Of(_file.Handle).Changed);
        if (offset == 0)
        {
            _atBeginning = true;
            return;
        }

        _start = _end = (int)(offset - _base);
        if (await ReadAsync(_file, _buffer.AsMemory(0, _start), _base, cancellationToken) < _start || Resume != place.Resume)
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
    /// <exception cref="FileChangedException">It is shorter than it was, or the bytes before those that come are not those that were read.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await RandomAccess.ReadAsync(_file.Handle, _buffer.AsMemory(_end), _base + _end, cancellationToken);
        var overwritten = read == 0 && options.Follow ? await LookOverAsync(cancellationToken) : Nothing;
        var length = _file.Length;
        if (length < _base + _end + read)
        {
            throw Shorter(length, _base + _end);
        }

        // Behind the read: what was cut and written anew before it shows now, however long it is.
        if (options.Follow && !await HasAsync(_file, TailBytes, cancellationToken))
        {
            throw Replaced(_base + _end);
        }

        Overwritten = overwritten != Beginning ? overwritten : throw Cut(length, "its first bytes were written over");
        if (read > 0 && !_isKnown)
        {
            // It may have been cut and written anew since: what was read is that of another one then.
            _isKnown = isIt!(_file) ? true : throw Replaced(_base + _end);
        }

        if (options.Follow)
        {
            _sums.Add(_buffer.AsSpan(_end, read));
        }

        _end += read;
        if (_atBeginning)
        {
            CheckBeginning(final: read == 0 && !options.Follow);
        }

        // Among NULs nobody knows whether it still is the same one, or one that was cut and has come to that length.
        _seen = _atBeginning ? _seen : Math.Max(_seen, length);
        return read > 0;
    }

    /// <summary>
    /// Goes on in another file, if that begins with what was read of this one: one that was written anew as a whole, with more at its end.
    /// </summary>
    /// <param name="changedAt">The first byte that differs, of those far before the end; -1: none does.</param>
    public async ValueTask<(bool Continues, long ChangedAt)> GoOnInAsync(OpenFile other, CancellationToken cancellationToken)
    {
        if (other.Length < _base + _end || !await HasAsync(other, Math.Min(_end, _end - _start + ResumeMark.Window), cancellationToken))
        {
            return (false, -1);
        }

        var changed = OpenFile.Difference(_file, other, Offset);
        if (changed >= 0 && changed < Math.Min(Offset, FileIdentity.MaxHashedBytes))
        {
            return (false, changed);
        }

        _file = other;
        _sums = changed < 0 ? _sums : new BlockChecksums(_base + _end, FileFacts.Of(other.Handle).Changed);
        return (true, changed);
    }

    /// <summary>
    /// Compares one block of what was read, before the bytes at the end are: so a file that was cut is not taken for one that was written over. One that begins otherwise is another one, as
    /// it would be at the next start.
    /// </summary>
    /// <returns>The first byte of the block, if it has changed.</returns>
    private async ValueTask<long> LookOverAsync(CancellationToken cancellationToken)
    {
        if (_sums.Next(FileFacts.Of(_file.Handle).Changed) is not var (offset, bytes))
        {
            return Nothing;
        }

        if (bytes == 0)
        {
            return offset == 0 && isIt?.Invoke(_file) == false ? Beginning : Nothing;
        }

        _block = _block.Length == 0 ? new byte[BlockChecksums.BlockBytes] : _block;
        return await ReadAsync(_file, _block.AsMemory(0, bytes), offset, cancellationToken) == bytes && _sums.Differs(_block.AsSpan(0, bytes)) ? offset : Nothing;
    }

    private int TailBytes => Math.Min(_end, ResumeMark.Window);

    /// <summary>Whether a file has the last bytes before what comes next.</summary>
    private async ValueTask<bool> HasAsync(OpenFile other, int bytes, CancellationToken cancellationToken)
    {
        var now = new byte[bytes];
        return await ReadAsync(other, now, _base + _end - bytes, cancellationToken) == bytes && now.AsSpan().SequenceEqual(_buffer.AsSpan(_end - bytes, bytes));
    }

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

        if (bytes[0] == 0 && (Offset == 0 || _buffer[_start - 1] == 0))
        {
            // A writer that does not append goes on behind as many NULs as the file was long before it was cut.
            var nulls = bytes.IndexOfAnyExcept((byte)0);
            _start = nulls < 0 ? _end : _start + nulls;
            _atBeginning = nulls < 0;

            // Nothing tells NULs from other NULs, but here text stood: it was cut once more before that was read.
            if (options.Follow && Offset >= _textTo)
            {
                throw Replaced(_textTo);
            }

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

    private static async ValueTask<int> ReadAsync(OpenFile from, Memory<byte> into, long offset, CancellationToken cancellationToken)
    {
        var total = 0;
        while (total < into.Length)
        {
            var read = await RandomAccess.ReadAsync(from.Handle, into[total..], offset + total, cancellationToken);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <summary>Of a followed file that is ordinary life; of a finished one somebody has to see to it.</summary>
    private FileChangedException Shorter(long length, long known) => options.Follow
        ? Cut(length, string.Create(CultureInfo.InvariantCulture, $"it has {length} bytes now, of {known} that were read"))
        : new FileChangedException(string.Create(
            CultureInfo.InvariantCulture,
            $"The file '{options.Path}' has {length} bytes now, of {known} that were read (line {Line}): it was truncated or replaced. Nothing is read on at a stale byte; put it back, or give the new file another path or the source another name."));

    private FileChangedException Replaced(long offset) => options.Follow
        ? Cut(_file.Length, string.Create(CultureInfo.InvariantCulture, $"the bytes before byte {offset} are not those that were read"))
        : new FileChangedException(string.Create(
            CultureInfo.InvariantCulture,
            $"The file '{options.Path}' was replaced or changed: the bytes before byte {offset} (line {Line}) are not those that were read. Nothing is read on at a stale byte; put it back, or give the new file another path or the source another name."));

    /// <summary>Of NULs alone nothing was read.</summary>
    private FileCutException Cut(long length, string why) => new(
        string.Create(CultureInfo.InvariantCulture, $"The file '{options.Path}' was cut behind line {Line - 1}: {why}."), _seen, length, new FilePlaceInBytes(Line - 1, Line == 1 ? 0 : Offset));
}
