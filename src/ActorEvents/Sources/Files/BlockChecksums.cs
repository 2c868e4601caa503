namespace ActorEvents.Sources.Files;

/// <summary>
/// Checksums of what was read of a followed file, block by block, by which it is noticed when that is written over in place. They are compared in turn, one block a look, and only while
/// the file changes and for one round after: so nothing is read again at once, and a quiet file is not read at all. The last <see cref="Most"/> blocks at most. Pure.
/// </summary>
/// <param name="from">The byte with which the reading began.</param>
/// <param name="changed">When the file's bytes had last been changed before that.</param>
internal sealed class BlockChecksums(long from, long changed)
{
    public const int BlockBytes = 64 * 1024;

    /// <summary>1 GiB; where there are more, the older half is forgotten.</summary>
    private const int Most = 16 * 1024;

    private readonly List<uint> _whole = [];
    private long _from = from;
    private long _changed = changed;
    private uint _last = ResumeMark.NoBytes;
    private int _lastBytes;
    private int _next;
    private int _left;

    public void Add(ReadOnlySpan<byte> read)
    {
        while (!read.IsEmpty)
        {
            var part = read[..Math.Min(read.Length, BlockBytes - _lastBytes)];
            (_last, _lastBytes) = (ResumeMark.Crc(_last, part), _lastBytes + part.Length);
            read = read[part.Length..];
            if (_lastBytes < BlockBytes)
            {
                continue;
            }

            if (_whole.Count == Most)
            {
                _whole.RemoveRange(0, Most / 2);
                _from += (long)Most / 2 * BlockBytes;
            }

            _whole.Add(_last);
            (_last, _lastBytes) = (ResumeMark.NoBytes, 0);
        }
    }

    /// <summary>What is to be compared at this look; null: nothing has changed. The beginning has a turn, too: <see cref="Turn.Bytes"/> is 0 then.</summary>
    /// <param name="now">When the file's bytes were last changed.</param>
    public Turn? Next(long now)
    {
        var turns = _whole.Count + 2;
        if (now != _changed)
        {
            // And one more: what is changed in the same tick of the file system's clock shows at the next look.
            (_changed, _left) = (now, turns + 1);
        }

        if (_left == 0)
        {
            return null;
        }

        (_left, _next) = (_left - 1, (_next + 1) % turns);
        return _next == 0 ? default(Turn) : new Turn(_from + ((_next - 1L) * BlockBytes), _next <= _whole.Count ? BlockBytes : _lastBytes);
    }

    /// <summary>Whether the block whose turn it is has other bytes now; it is known by these from then on.</summary>
    public bool Differs(ReadOnlySpan<byte> block)
    {
        var sum = ResumeMark.Crc(ResumeMark.NoBytes, block);
        if (_next <= _whole.Count)
        {
            (sum, _whole[_next - 1]) = (_whole[_next - 1], sum);
            return sum != _whole[_next - 1];
        }

        (sum, _last) = (_last, sum);
        return sum != _last;
    }

    /// <param name="Offset">The first byte of a block.</param>
    internal readonly record struct Turn(long Offset, int Bytes);
}
