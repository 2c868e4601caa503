using System.Text;
using System.Threading.Channels;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>Files that grow while they are read.</summary>
public sealed class FollowTests
{
    [Fact]
    public async Task Half_a_line_waits_for_its_other_half()
    {
        using var file = new TempFile("{\"k\":1}\n{\"k\"");
        await using var reading = new Reading(file.Ndjson("k", follow: true));
        Assert.Equal("1", (await reading.Next()).Key);
        await reading.LooksAgain(file);
        file.Append(":2}\n");
        Assert.Equal(("2", 2), ((await reading.Next()).Key, reading.Last.Line));
    }

    [Fact]
    public async Task Cuts_at_pages_and_inside_of_characters_do_not_cut_lines()
    {
        var lines = Enumerable.Range(0, 200).Select(i => $"{{\"k\":{i},\"d\":\"{new string('é', 40)}\"}}\n").ToArray();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(lines));
        using var file = new TempFile();
        await using var reading = new Reading(file.Ndjson("k", follow: true));
        var at = 0;
        foreach (var cut in (int[])[4_096, 4_107, 4_108, 8_191, 8_193, 12_289, bytes.Length])
        {
            file.Append(bytes[at..cut]);
            at = cut;
            await reading.LooksAgain(file);
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var record = await reading.Next();
            Assert.Equal((i + 1L, lines[i][..^1], null), (record.Line, record.Text(), record.Problem));
        }
    }

    [Fact]
    public async Task A_foreign_writer_in_small_pieces_is_read_line_by_line()
    {
        using var file = new TempFile("a,b\r\n");
        await using var reading = new Reading(file.Csv("a", follow: true));
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{i},\"x\r\n{i}\"\r\n")));
        var writer = Task.Run(() =>
        {
            for (var at = 0; at < bytes.Length; at += 7)
            {
                file.Append(bytes[at..Math.Min(at + 7, bytes.Length)]);
            }
        });
        for (var i = 0; i < 1_000; i++)
        {
            var record = await reading.Next();
            Assert.Equal((i.ToString(System.Globalization.CultureInfo.InvariantCulture), 3 + (2L * i), null), (record.Key, record.Line, record.Problem));
        }

        await writer;
    }

    [Fact]
    public async Task A_carriage_return_at_the_end_waits_for_its_line_feed()
    {
        using var file = new TempFile("a,b\r\n1,2\r");
        await using var reading = new Reading(file.Csv("a", follow: true));
        await reading.LooksAgain(file);
        file.Append("\n3,4\r\n");
        Assert.Equal((2, 3), ((await reading.Next()).Line, (await reading.Next()).Line));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_passed_over_while_it_grows()
    {
        using var file = new TempFile(new string('x', 5_000));
        await using var reading = new Reading(file.Ndjson(limit: 100, follow: true));
        for (var i = 0; i < 5; i++)
        {
            await reading.LooksAgain(file);
            file.Append(new string('x', 100_000));
        }

        file.Append("\n{}\n");
        Assert.Contains("has 505000 bytes, the limit is 100", (await reading.Next()).Problem, StringComparison.Ordinal);
        Assert.Equal((2, "{}"), ((await reading.Next()).Line, reading.Last.Text()));
    }

    [Fact]
    public async Task An_empty_file_is_followed_from_its_header_on()
    {
        using var file = new TempFile();
        await using var reading = new Reading(file.Csv("a", follow: true));
        await reading.LooksAgain(file);
        file.Append([0xEF]);
        await reading.LooksAgain(file);
        file.Append([0xBB, 0xBF, .. "a,b\n1,"u8]);
        await reading.LooksAgain(file);
        file.Append("2\n");
        Assert.Equal("""{"a":"1","b":"2"}""", (await reading.Next()).Text());
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "has 8 bytes now, of 12 that were read")]
    [InlineData("a,b\n1,2\n9,9\n", "the bytes before byte 12 are not those that were read")]
    [InlineData("a,b\n1,2\n9,9\n5,6\n", "the bytes before byte 12 are not those that were read")]
    public async Task A_cut_ends_the_reading_with_a_report(string now, string report)
    {
        using var file = new TempFile("a,b\n1,2\n3,4\n");
        await using var reading = new Reading(file.Csv(follow: true));
        await reading.Next();
        await reading.Next();
        using (var cut = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            // In one step, as a look would see it that comes late.
            cut.Write(Encoding.UTF8.GetBytes(now));
            cut.SetLength(now.Length);
        }

        var refused = await Assert.ThrowsAsync<FileCutException>(() => reading.Next());
        Assert.Contains(report, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reading_ends_when_another_file_has_come_and_the_old_one_is_quiet()
    {
        using var file = new TempFile("a,b\n1,2\n");
        await using var reading = new Reading(file.Csv(follow: true));
        await reading.Next();
        File.Move(file.Path, file.Path + ".1");
        File.AppendAllText(file.Path + ".1", "3,4");
        file.Write("a,b\n5,6\n");
        Assert.Equal((3, """{"a":"3","b":"4"}"""), ((await reading.Next()).Line, reading.Last.Text()));
        await reading.Ends();
    }

    [Fact]
    public async Task A_file_that_was_written_anew_with_a_changed_row_is_read_on_and_that_is_said()
    {
        var rows = "a,b\n" + string.Concat(Enumerable.Range(1, 10_000).Select(i => $"{i},text\n"));
        using var file = new TempFile(rows);
        var log = new SourceKit.RecordedLog();
        await using var reading = new Reading(file.Csv(follow: true), log);
        for (var i = 0; i < 10_000; i++)
        {
            await reading.Next();
        }

        File.WriteAllText(file.Path + ".new", rows.Replace("9000,text", "9000,TEXT", StringComparison.Ordinal) + "5,6\n");
        File.Move(file.Path + ".new", file.Path, overwrite: true);
        Assert.Equal("""{"a":"5","b":"6"}""", (await reading.Next()).Text());
        Assert.Contains(log.Lines, l => l.Contains($"differs from byte {rows.IndexOf("9000,text", StringComparison.Ordinal) + 5} on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_of_the_same_bytes_that_takes_the_files_place_is_read_on()
    {
        using var file = new TempFile("a,b\n1,2\n3,4\n");
        await using var reading = new Reading(file.Csv(follow: true));
        await reading.Next();
        await reading.Next();
        File.WriteAllText(file.Path + ".new", "a,b\n1,2\n3,4\n5,6\n");
        File.Move(file.Path + ".new", file.Path, overwrite: true);
        Assert.Equal((4, """{"a":"5","b":"6"}"""), ((await reading.Next()).Line, reading.Last.Text()));
    }

    [Fact]
    public async Task A_rate_is_kept_by_the_clock_that_is_given()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var file = new TempFile("a\n1\n2\n3\n");
        var reader = new FileRecords(new FileReadOptions { Path = file.Path, EventsPerSecond = 0.5 }, time);
        await using var batches = reader.ReadAsync(1, 0, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await batches.MoveNextAsync());
        Assert.Single(batches.Current);
        var second = batches.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(await second.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("""{"a":"2"}""", Assert.Single(batches.Current).Text());
    }

    /// <summary>A followed file, read in the background; its records are taken one by one.</summary>
    private sealed class Reading : IAsyncDisposable
    {
        private readonly Channel<FileRecord> _records = Channel.CreateUnbounded<FileRecord>();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _reading;
        private readonly CountingTime _time = new();

        public Reading(FileReadOptions options, Microsoft.Extensions.Logging.ILogger? log = null) => _reading = Task.Run(async () =>
        {
            try
            {
                await foreach (var batch in new FileRecords(options, _time, log).ReadAsync(1, 0, _stop.Token))
                {
                    foreach (var record in batch)
                    {
                        _records.Writer.TryWrite(record);
                    }
                }

                _records.Writer.TryComplete();
            }
            catch (OperationCanceledException)
            {
                _records.Writer.TryComplete();
            }
            catch (Exception e)
            {
                _records.Writer.TryComplete(e);
            }
        });

        public FileRecord Last { get; private set; }

        public async Task<FileRecord> Next()
        {
            try
            {
                return Last = await _records.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (ChannelClosedException e) when (e.InnerException is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
                throw;
            }
        }

        public async Task Ends() => Assert.False(await _records.Reader.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

        /// <summary>Returns when the reader has been at the end of the file as it is now.</summary>
        public async Task LooksAgain(TempFile file)
        {
            Assert.True(File.Exists(file.Path));
            var seen = _time.Timers;
            while (_time.Timers < seen + 2)
            {
                Assert.False(_reading.IsCompleted);
                await Task.Yield();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            _stop.Dispose();
        }
    }

    /// <summary>The system's clock; counts the timers that were asked for: each is a look at the file that found nothing more.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }
}
