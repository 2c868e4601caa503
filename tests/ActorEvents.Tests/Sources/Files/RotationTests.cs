using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorEvents.Sources;
using ActorEvents.Sources.Files;
using Akka.Actor;
using Xunit.Abstractions;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>
/// Followed files under a writer that goes on: whatever is done to the file, each line counts once. <c>ACTOREVENTS_TEST_ROTATIONS</c> rotations of each kind (the guarantee is
/// measured with 1,000) at 500 lines a second.
/// </summary>
public sealed class RotationTests(ITestOutputHelper output) : SourceKit
{
    private const string Name = "rotated";
    private const int LinesPerSecond = 500;
    private const int PerFile = 52;
    private static readonly int s_rotations = int.Parse(Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_ROTATIONS") ?? "4", CultureInfo.InvariantCulture);
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    public enum Kind
    {
        /// <summary>Renamed; the writer goes on into the old file for a while, with half a line before the rename, and makes a new one.</summary>
        Rename,

        /// <summary>As <see cref="Rename"/>; the old file is deleted at once, as where it is compressed.</summary>
        RenameAndDelete,

        /// <summary>A link at the path is pointed to a new file.</summary>
        Link,

        /// <summary>Two new files within a moment.</summary>
        Twice,

        /// <summary>Copied and cut to nothing; the writer appends.</summary>
        Cut,

        /// <summary>Copied and cut to nothing; the writer goes on at its place, behind NULs.</summary>
        CutBehindNulls,

        /// <summary>Copied and cut, and the writer is started anew: all files begin alike.</summary>
        CutWithBanner,
    }

    public static TheoryData<Kind> Kinds { get; } = new(Enum.GetValues<Kind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Under_rotations_each_line_counts_once(Kind kind)
    {
        // Of a file that was cut before anything of it was read, the number of lines is not known, and counts as one.
        var mostALoss = kind is Kind.Cut or Kind.CutBehindNulls or Kind.CutWithBanner ? PerFile : 1;
        using var folder = new TempFile("", "app.ndjson");
        File.Delete(folder.Path);
        using var writer = new Writer(folder.Path, kind);
        using var lost = new LostLines(Name);
        var settler = Settle(out var counted);
        var source = Source(folder.Path);
        writer.Write(1);
        Start(source, [settler]);
        AwaitAssert(() => Assert.Single(counted), s_soon);
        writer.Begin();
        for (var i = 0; i < s_rotations; i++)
        {
            // The reader may be one file behind, not two: what was cut between two looks, and its copy deleted, nobody can read.
            var before = writer.Lines;
            writer.Write(40);
            Reads(before, s_soon);
            writer.Rotate(i);
        }

        writer.Write(40);
        Reads(writer.Lines, s_soon + (s_rotations * TimeSpan.FromMilliseconds(200)));
        output.WriteLine(FormattableString.Invariant($"{kind}: {s_rotations} rotations, {writer.Lines} lines written, {counted.Count} counted, {lost.Count} said to be lost"));
        output.WriteLine(string.Join("\n", Recorded.Lines.Where(l => l.Contains("lost", StringComparison.Ordinal))));
        Assert.All(counted, c => Assert.Equal(1, c.Value));
        Assert.Empty(DeadLetters.Stored);

        // Where the machine stood still between a rename and the writer's next line for longer than rotate-wait, that line is lost, and counted.
        Assert.InRange(counted.Count, writer.Lines - (mostALoss * lost.Count), writer.Lines - lost.Count);
        Assert.InRange(lost.Count, 0, writer.Lines / 20);
        Assert.Null(source.Problem);

        void Reads(int lines, TimeSpan within) => AwaitAssert(
            () => Assert.True(counted.Count + (mostALoss * lost.Count) >= lines, $"{counted.Count} of {lines}, {lost.Count} lost\n{string.Join("\n", Recorded.Lines.TakeLast(20))}"), within);
    }

    /// <summary>What N02 showed: a line that comes behind the rename, 100 of 100 were lost.</summary>
    [Fact]
    public void A_line_and_a_half_one_behind_a_rename_are_read_before_the_new_file()
    {
        using var file = new TempFile("{\"n\":0}\n{\"n\"", "app.ndjson");
        var order = new List<string>();
        var settler = Settle(out var counted, order);
        Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Single(counted), s_soon);
        File.Move(file.Path, file.Path + ".1");
        File.WriteAllText(file.Path, "{\"n\":3}\n");
        File.AppendAllText(file.Path + ".1", ":1}\n{\"n\":2}\n");
        AwaitAssert(() => Assert.Equal(4, counted.Count), s_soon);
        Assert.Equal(["0", "1", "2", "3"], order);
    }

    [Fact]
    public void Lines_that_come_into_an_old_file_long_after_its_rotation_are_counted_as_lost()
    {
        using var file = new TempFile("{\"n\":0}\n", "app.ndjson");
        using var lost = new LostLines(Name);
        var settler = Settle(out var counted);
        Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Single(counted), s_soon);
        File.Move(file.Path, file.Path + ".1");
        File.WriteAllText(file.Path, "{\"n\":1}\n");
        AwaitAssert(() => Assert.Equal(2, counted.Count), s_soon);
        File.AppendAllText(file.Path + ".1", "{\"n\":2}\n{\"n\":3}\n");
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("2 line(s) (16 bytes)", StringComparison.Ordinal) && l.Contains("rotate-wait", StringComparison.Ordinal)), s_soon);
        Assert.Equal(2, lost.Count);
        File.AppendAllText(file.Path, "{\"n\":4}\n");
        AwaitAssert(() => Assert.Equal([0, 1, 4], counted.Keys.Order()), s_soon);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_stopped_node_had_not_read_is_read_from_the_rotated_file(bool copied)
    {
        using var file = new TempFile("{\"n\":0}\n{\"n\":1}\n", "app.ndjson");
        var settler = Settle(out var counted);
        var first = Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Equal(2, counted.Count), s_soon);
        AwaitAssert(() => Assert.Contains(Positions.Rows, r => r.Next == 3), s_soon);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first, s_soon);

        file.Append("{\"n\":2}\n");
        if (copied)
        {
            File.Copy(file.Path, file.Path + ".1");
            file.Write("{\"n\":3}\n");
        }
        else
        {
            File.Move(file.Path, file.Path + ".1");
            File.WriteAllText(file.Path, "{\"n\":3}\n");
        }

        Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Equal([0, 1, 2, 3], counted.Keys.Order()), s_soon);
        Assert.All(counted, c => Assert.Equal(1, c.Value));
        Assert.DoesNotContain(Recorded.Lines, l => l.Contains("are lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_that_came_and_went_while_no_node_read_them_are_counted_as_lost_line_by_line(bool more)
    {
        using var file = new TempFile("{\"n\":0}\n", "app.ndjson");
        using var lost = new LostLines(Name);
        var settler = Settle(out var counted);
        var first = Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Contains(Positions.Rows, r => r.Next == 2), s_soon);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first, s_soon);

        // What was left of the first one is read, and took the count of the others along.
        file.Append(more ? "{\"n\":4}\n" : "");
        File.Move(file.Path, file.Path + ".2");
        File.WriteAllText(file.Path + ".1", "{\"n\":1}\n{\"n\":2}\n");
        File.WriteAllText(file.Path, "{\"n\":3}\n");
        Start(Source(file.Path), [settler]);
        AwaitAssert(() => Assert.Equal(more ? [0, 3, 4] : [0, 3], counted.Keys.Order()), s_soon);
        Assert.Equal(2, lost.Count);
        Assert.Contains(Recorded.Lines, l => l.Contains("they stand in 1 file(s) beside it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_missing_for_a_moment_is_read_when_it_is_back_and_no_problem_meanwhile()
    {
        using var file = new TempFile("{\"n\":0}\n", "app.ndjson");
        var settler = Settle(out var counted);
        var source = Source(file.Path);
        Start(source, [settler]);
        AwaitAssert(() => Assert.Single(counted), s_soon);
        File.Delete(file.Path);
        Assert.Null(source.Problem);
        File.WriteAllText(file.Path, "{\"n\":0,\"again\":true}\n");
        AwaitAssert(() => Assert.Equal(2, Assert.Single(counted).Value), s_soon);
        Assert.Null(source.Problem);
    }

    /// <summary>Day after day with the same header: the first was seen when only that stood there.</summary>
    [Fact]
    public void Files_that_begin_alike_are_streams_of_their_own()
    {
        using var file = new TempFile("n,x\n", "app.csv");
        var settler = Settle(out var counted);
        var source = new FileSource(Name, new FileReadOptions { Path = file.Path, KeyColumn = "n", Follow = true, PollInterval = TimeSpan.FromMilliseconds(5), RotateWait = TimeSpan.Zero }, "line");
        Start(source, [settler]);
        for (var day = 0; day < 3; day++)
        {
            AwaitAssert(() => Assert.Equal(day + 1, Positions.Rows.Count(r => r.Stream.EndsWith("/0", StringComparison.Ordinal))), s_soon);
            file.Append(FormattableString.Invariant($"{day},a\n"));
            AwaitAssert(() => Assert.Equal(day + 1, counted.Count), s_soon);
            File.Move(file.Path, FormattableString.Invariant($"{file.Path}.{day}"));
            File.WriteAllText(file.Path, "n,x\n");
        }

        Assert.Null(source.Problem);
    }

    private static FileSource Source(string path) => new(
        Name,
        new FileReadOptions { Path = path, Format = FileFormat.Ndjson, KeyColumn = "n", Follow = true, PollInterval = TimeSpan.FromMilliseconds(5), RotateWait = TimeSpan.FromMilliseconds(200) },
        "line");

    /// <summary>Counts what is emitted by key.</summary>
    private SubscriptionRef Settle(out ConcurrentDictionary<int, int> counted, List<string>? order = null)
    {
        var counts = counted = new ConcurrentDictionary<int, int>();
        return Settle(e =>
        {
            order?.Add(e.Key!);
            counts.AddOrUpdate(int.Parse(e.Key!, CultureInfo.InvariantCulture), 1, (_, n) => n + 1);
        });
    }

    /// <summary>Writes numbered lines at its pace and rotates its file, as programs and logrotate do.</summary>
    private sealed class Writer : IDisposable
    {
        private readonly string _path;
        private readonly Kind _kind;
        private long _began = Stopwatch.GetTimestamp();
        private FileStream _out;

        public Writer(string path, Kind kind)
        {
            (_path, _kind) = (path, kind);
            if (kind == Kind.Link)
            {
                File.CreateSymbolicLink(path, path + "-0");
            }

            _out = Open();
        }

        public int Lines { get; private set; }

        /// <summary>From now on at its pace.</summary>
        public void Begin() => _began = Stopwatch.GetTimestamp();

        public void Write(int lines)
        {
            for (var i = 0; i < lines; i++)
            {
                // As long as it takes, for the pace of 500 lines a second.
                var due = TimeSpan.FromSeconds((double)Lines / LinesPerSecond) - Stopwatch.GetElapsedTime(_began);
                if (due > TimeSpan.Zero)
                {
                    using var never = new ManualResetEventSlim();
                    never.Wait(due);
                }

                Put(Line());
            }
        }

        public void Rotate(int number)
        {
            var old = FormattableString.Invariant($"{_path}.{number}");
            switch (_kind)
            {
                case Kind.Link:
                    var target = FormattableString.Invariant($"{_path}-{number + 1}");
                    File.CreateSymbolicLink(_path + ".link", target);
                    using (File.Create(target))
                    {
                    }

                    File.Move(_path + ".link", _path, overwrite: true);
                    Write(10);
                    Reopen();
                    break;
                case Kind.Rename or Kind.RenameAndDelete or Kind.Twice:
                    var line = Line();
                    Put(line[..5]);
                    File.Move(_path, old);
                    if (_kind == Kind.RenameAndDelete)
                    {
                        File.Delete(old);
                    }

                    Put(line[5..]);
                    Write(10);
                    Reopen();
                    if (_kind == Kind.Twice)
                    {
                        // In less than a millisecond: a file that no look has seen at the path.
                        foreach (var _ in Enumerable.Range(0, 10))
                        {
                            Put(Line());
                        }

                        File.Move(_path, old + "b");
                        Reopen();
                    }

                    break;
                default:
                    using (var from = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
                    using (var to = new FileStream(old, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
                    {
                        // As cp does; File.Copy would not have the reader look at the copy.
                        from.CopyTo(to);
                    }

                    using (var cut = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    {
                        cut.SetLength(0);
                    }

                    if (_kind == Kind.CutWithBanner)
                    {
                        Reopen();
                    }

                    // The machine may stand still for seconds, and then only the copies have what was cut.
                    File.Delete(FormattableString.Invariant($"{_path}.{number - 100}"));
                    break;
            }
        }

        public void Dispose() => _out.Dispose();

        private void Reopen()
        {
            _out.Dispose();
            _out = Open();
        }

        private FileStream Open()
        {
            var append = _kind != Kind.CutBehindNulls;
            var stream = new FileStream(_path, append ? FileMode.Append : FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (_kind == Kind.CutWithBanner)
            {
                // Blank lines: they stand there and are no records, so that none counts twice.
                stream.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("          \n", 60))));
            }

            return stream;
        }

        private string Line() => FormattableString.Invariant($"{{\"n\":{Lines++}}}\n");

        private void Put(string text)
        {
            // O_APPEND and not a remembered place: a cut file begins at 0 again.
            if (_kind is Kind.Cut or Kind.CutWithBanner)
            {
                using var append = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                append.Write(Encoding.UTF8.GetBytes(text));
            }
            else
            {
                _out.Write(Encoding.UTF8.GetBytes(text));
            }
        }
    }
}
