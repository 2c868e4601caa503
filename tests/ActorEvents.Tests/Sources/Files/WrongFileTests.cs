using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>A file that is not what the settings say stops its source with the reason; its records do not fill the dead letters.</summary>
public sealed class WrongFileTests : SourceKit
{
    private const int Rows = 300;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly string s_json = string.Concat(Enumerable.Range(0, Rows).Select(i => $"{{\"k\":\"A{i}\",\"q\":1}}\n"));
    private static readonly string s_csv = "k,q\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"A{i},1\n"));
    private static readonly string s_pretty = s_json.Replace("{", "{\n  ", StringComparison.Ordinal).Replace(",", ",\n  ", StringComparison.Ordinal).Replace("}", "\n}", StringComparison.Ordinal);

    public static TheoryData<string, FileFormat, bool, string> Wrong => new()
    {
        { "gzip", FileFormat.Ndjson, false, "is compressed (gzip)" },
        { "gzip", FileFormat.Csv, true, "is compressed (gzip)" },
        { "utf-16", FileFormat.Csv, false, "is UTF-16" },
        { "utf-16 without mark", FileFormat.Csv, false, "holds NUL bytes" },
        { "utf-16 without mark", FileFormat.Ndjson, true, "holds NUL bytes" },
        { "utf-16 big", FileFormat.Csv, false, "holds NUL bytes" },
        { "pretty", FileFormat.Ndjson, false, "JSON over several lines" },
        { "pretty", FileFormat.Csv, false, "format = ndjson, and write one JSON value a line" },
        { "array", FileFormat.Ndjson, false, "one JSON array" },
        { "json", FileFormat.Csv, false, "Set format = ndjson" },
        { "csv", FileFormat.Ndjson, false, "is it CSV (format = csv)?" },
        { "csv", FileFormat.CloudEvents, false, "is it CSV (format = csv)?" },
        { "json", FileFormat.CloudEvents, false, "None of the first 300 record(s)" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void It_is_refused_as_a_whole_with_what_it_looks_like(string what, FileFormat format, bool follow, string reason)
    {
        using var file = new TempFile(Bytes(what), "in");
        var source = Source(file.Path, format, follow);
        StartSettling(source);
        AwaitAssert(() => Assert.Contains(reason, source.Problem ?? "", StringComparison.Ordinal), Soon);
        Assert.Empty(DeadLetters.Stored);
        Assert.DoesNotContain(Positions.Rows, r => r.Stream.EndsWith("/0", StringComparison.Ordinal) && r.Next > 1);

        // The cure: the right file in its place.
        File.Move(file.Path, file.Path + ".wrong");
        File.WriteAllText(file.Path, format == FileFormat.Csv ? s_csv : format == FileFormat.Ndjson ? s_json : Event);
        AwaitAssert(() => Assert.Null(source.Problem), Soon);
    }

    /// <summary>One that grows is judged by its first hundred records, too; of those before them some may be dead letters by then.</summary>
    [Fact]
    public void A_followed_file_of_which_nothing_is_good_stops_before_a_hundred_dead_letters()
    {
        using var file = new TempFile(s_pretty, "in");
        var source = Source(file.Path, FileFormat.Ndjson, follow: true);
        StartSettling(source);
        AwaitAssert(() => Assert.Contains("JSON over several lines", source.Problem ?? "", StringComparison.Ordinal), Soon);
        Assert.True(DeadLetters.Stored.Count < 100);
    }

    [Fact]
    public void A_file_with_a_good_record_among_bad_ones_is_read()
    {
        using var file = new TempFile("no\nno\n" + s_json, "in");
        var source = Source(file.Path, FileFormat.Ndjson, follow: false);
        StartSettling(source);
        AwaitAssert(() => Assert.Contains(Positions.Rows, r => r.Next == Rows + 3), Soon);
        Assert.Equal(2, DeadLetters.Stored.Count);
        Assert.Null(source.Problem);
    }

    [Theory]
    [InlineData("pipe", "is a pipe (FIFO)")]
    [InlineData("folder", "is a folder")]
    [InlineData("/dev/null", "is a device")]
    public void What_is_no_file_is_named_and_never_waited_for(string what, string reason)
    {
        using var beside = new TempFile();
        var path = what.StartsWith('/') ? what : beside.Path + "." + what;
        if (what == "folder")
        {
            Directory.CreateDirectory(path);
        }
        else if (what == "pipe")
        {
            using var made = Process.Start("mkfifo", path);
            made.WaitForExit();
        }

        var source = Source(path, FileFormat.Ndjson, follow: true);
        StartSettling(source);
        AwaitAssert(() => Assert.Contains(reason, source.Problem ?? "", StringComparison.Ordinal), Soon);
    }

    [Fact]
    public async Task A_key_that_a_database_wrote_as_NULL_is_a_dead_letter_and_no_entity()
    {
        using var file = new TempFile("k\tq\n\\N\t1\n\"\\N\"\t2\nA\t\\N\n");
        var records = await TempFile.ReadAsync(file.Csv("k", '\t'));
        Assert.Equal([null, null, "A"], records.Select(r => r.Key));
        Assert.Contains("NULL", records[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_whose_name_stands_in_brackets_is_no_JSON()
    {
        using var file = new TempFile("[id],{q}\n1,2\n");
        Assert.Equal("""{"[id]":"1","{q}":"2"}""", Assert.Single(await TempFile.ReadAsync(file.Csv())).Text());
    }

    private const string Event = """{"specversion":"1.0","id":"a","source":"/till","type":"sold","subject":"s","data":3}""";

    private static byte[] Bytes(string what)
    {
        switch (what)
        {
            case "gzip":
                var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
                {
                    gzip.Write(Encoding.UTF8.GetBytes(s_json));
                }

                return packed.ToArray();
            case "utf-16":
                return [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(s_csv)];
            case "utf-16 without mark":
                return Encoding.Unicode.GetBytes(s_csv);
            case "utf-16 big":
                return Encoding.BigEndianUnicode.GetBytes(s_csv);
            default:
                return Encoding.UTF8.GetBytes(what switch
                {
                    "pretty" => s_pretty,
                    "array" => "[" + s_json.TrimEnd().Replace('\n', ',') + "]",
                    "json" => s_json,
                    _ => s_csv,
                });
        }
    }

    private void StartSettling(FileSource source) => Start(source, [Settle(_ => { })]);

    private static FileSource Source(string path, FileFormat format, bool follow) => new(
        "feed",
        new FileReadOptions
        {
            Path = path,
            Format = format,
            KeyColumn = format == FileFormat.CloudEvents ? null : "k",
            Follow = follow,
            PollInterval = TimeSpan.FromMilliseconds(5),
            RotateWait = TimeSpan.Zero,
        },
        "line");
}
