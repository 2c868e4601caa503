using System.Collections.Concurrent;
using System.Text;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>Followed files of which rows are written over in place: the same file, as long or longer, with other bytes where it had been read.</summary>
public sealed class OverwriteTests : SourceKit
{
    private const string Name = "overwritten";
    private const int Rows = 40_000;
    private const int RowBytes = 12;
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    /// <summary>A row by itself; one with a new row behind it; and every tenth of the rows behind the first 64 KiB, as where the file is exported anew. They were passed over without a word.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3_000, true)]
    public void Rows_that_are_written_over_are_said_once_and_counted_and_the_reading_goes_on(int changed, bool grows)
    {
        using var file = new TempFile(All(), "app.ndjson");
        using var lost = new LostLines(Name);
        var source = Source(file.Path);
        var keys = new ConcurrentQueue<string>();
        Start(source, [Settle(e => keys.Enqueue(e.Key!))]);
        AwaitAssert(() => Assert.Equal(Rows, keys.Count), s_soon);

        using (var writer = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            for (var i = 0; i < changed; i++)
            {
                writer.Position = (9_000L + (i * 10)) * RowBytes;
                writer.Write(Encoding.UTF8.GetBytes(Row(90_000)));
            }

            if (grows)
            {
                writer.Position = writer.Length;
                writer.Write(Encoding.UTF8.GetBytes(Row(50_000)));
            }
        }

        // All blocks of 64 KiB but the first, which says which file it is.
        var blocks = changed == 1 ? 1 : 7;
        AwaitAssert(() => Assert.Equal(blocks, lost.Count), s_soon);
        file.Append(Row(50_001));
        AwaitAssert(() => Assert.Equal("50001", keys.Last()), s_soon);
        Assert.Equal(Rows + (grows ? 2 : 1), keys.Count);
        var said = Assert.Single(Recorded.Lines, l => l.Contains("written over in place", StringComparison.Ordinal));
        Assert.Contains(file.Path, said, StringComparison.Ordinal);
        Assert.Contains("write changes as new rows", said, StringComparison.Ordinal);
        Assert.Equal(blocks, lost.Count);
        Assert.Null(source.Problem);
    }

    /// <summary>Until a restart that was not seen, and then all was read again.</summary>
    [Fact]
    public void A_file_whose_first_bytes_are_written_over_is_another_one_from_then_on()
    {
        using var file = new TempFile(All(), "app.ndjson");
        var keys = new ConcurrentQueue<string>();
        Start(Source(file.Path), [Settle(e => keys.Enqueue(e.Key!))]);
        AwaitAssert(() => Assert.Equal(Rows, keys.Count), s_soon);
        using (var writer = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.Write(Encoding.UTF8.GetBytes(Row(90_000)));
        }

        AwaitAssert(() => Assert.Equal(2 * Rows, keys.Count), s_soon);
        Assert.Equal("90000", keys.ElementAt(Rows));
        Assert.Contains(Recorded.Lines, l => l.Contains("its first bytes were written over", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_block_has_its_turn_after_a_change_and_none_without_one()
    {
        var bytes = new byte[(3 * BlockChecksums.BlockBytes) + 100];
        new Random(1).NextBytes(bytes);
        var sums = new BlockChecksums(1_000, changed: 7);
        for (var at = 0; at < bytes.Length; at += 10_000)
        {
            sums.Add(bytes.AsSpan(at, Math.Min(10_000, bytes.Length - at)));
        }

        Assert.Null(sums.Next(7));
        Assert.Equal([], Differing(8));
        bytes[2 * BlockChecksums.BlockBytes]++;
        bytes[^1]++;
        Assert.Equal([1_000L + (2 * BlockChecksums.BlockBytes), 1_000L + (3 * BlockChecksums.BlockBytes)], Differing(9).Order());
        Assert.Equal([], Differing(10));

        List<long> Differing(long now)
        {
            var differing = new List<long>();
            var turns = 0;
            while (sums.Next(now) is var (offset, length))
            {
                turns++;
                if (length > 0 && sums.Differs(bytes.AsSpan((int)offset - 1_000, length)))
                {
                    differing.Add(offset);
                }
            }

            Assert.Equal(4 + 1 + 1, turns);
            return differing;
        }
    }

    [Fact]
    public void Of_a_large_file_the_last_blocks_are_remembered()
    {
        var block = new byte[BlockChecksums.BlockBytes];
        var sums = new BlockChecksums(0, changed: 1);
        for (var i = 0; i <= 16_384; i++)
        {
            sums.Add(block);
        }

        var offsets = new List<long>();
        while (sums.Next(2) is var (offset, bytes))
        {
            Assert.False(bytes > 0 && sums.Differs(block));
            offsets.Add(offset);
        }

        Assert.Equal(8_192L * BlockChecksums.BlockBytes, offsets.Where(o => o > 0).Min());
        Assert.Equal(16_385L * BlockChecksums.BlockBytes, offsets.Max());
    }

    private static string All() => string.Concat(Enumerable.Range(10_000, Rows).Select(Row));

    private static string Row(int number) => FormattableString.Invariant($"{{\"n\":{number}}}\n");

    private static FileSource Source(string path) => new(
        Name,
        new FileReadOptions { Path = path, Format = FileFormat.Ndjson, KeyColumn = "n", Follow = true, PollInterval = TimeSpan.FromMilliseconds(5), RotateWait = TimeSpan.FromMilliseconds(200) },
        "line");
}
