using ActorEvents.Sources;
using ActorEvents.Sources.Files;
using Akka.Actor;

namespace ActorEvents.Tests.Sources.Files;

public sealed class FileSourceTests : SourceKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_row_becomes_an_event_with_file_and_line_as_origin()
    {
        using var file = new TempFile("InvoiceNo,Quantity\n536365,6\n");
        var subscription = Subscribe();
        Start(Csv(file), [subscription]);
        var stream = subscription.Opens().Stream;
        var e = subscription.Takes(1)[0];
        Assert.Equal(("orders", "/files/feed", "536365", "application/json"), (e.Type, e.Source, e.Key, e.DataContentType));
        Assert.Equal((2, 2), (e.Position.Number, e.Origin!.Value.Number));
        Assert.Equal($"feed/{e.Origin.Value.Id}/0", stream.Name);
        Assert.Equal($"{e.Origin.Value.Id}/2", e.Id);
        Assert.Equal("6", e.Payload<Dictionary<string, string>>()["Quantity"]);
        Assert.Equal(e.Data.Length, e.Size);
    }

    [Fact]
    public void A_finished_file_is_closed_when_all_of_it_is_committed_dead_letters_included()
    {
        using var file = new TempFile("InvoiceNo,Quantity\n1,6\nbad\n2,7");
        var subscription = Subscribe();
        Start(Csv(file), [subscription]);
        var stream = subscription.Opens().Stream;
        subscription.Takes(2);
        subscription.Settles(2, 4);
        subscription.Closes();
        Assert.Equal(5, Positions[stream.Name]?.Next);
        var dead = Assert.Single(DeadLetters.Stored);
        Assert.Equal(3, dead.Position.Number);
        Assert.Contains("1 field(s), the header has 2", dead.Reason, StringComparison.Ordinal);
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("is finished: all of it up to line 4", StringComparison.Ordinal)), Soon);
    }

    [Fact]
    public void A_lane_that_asks_for_it_is_read_again_from_its_committed_position()
    {
        using var file = new TempFile("InvoiceNo,Quantity\n1,6\n2,7\n3,8\n");
        var subscription = Subscribe();
        var source = Start(Csv(file), [subscription]);
        var first = subscription.Opens();
        subscription.Takes(3);
        subscription.Settles(2, 4);
        AwaitAssert(() => Assert.Equal(3, Positions[first.Stream.Name]?.Next), Soon);

        source.Tell(new ReopenLane(first.Stream), first.Lane);
        subscription.Closes();
        Assert.Equal((first.Stream, 3), (subscription.Opens().Stream, subscription.Session.Start));
        Assert.Equal([3L, 4L], subscription.Takes(2).Select(e => e.Position.Number));
        subscription.Settles(3, 4);
        subscription.Closes();
        Assert.Equal(5, Positions[first.Stream.Name]?.Next);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restart_goes_on_at_the_right_byte_with_the_same_numbers_also_when_the_file_has_grown(bool grows)
    {
        using var file = new TempFile("InvoiceNo,Text\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"{i},\"two\nlines {i}\"\n")));
        var first = Subscribe();
        var source = Start(Csv(file), [first]);
        var stream = first.Opens().Stream;
        var before = first.Takes(60);
        first.Settles([.. before.Take(30).Select(e => e.Position.Number)]);

        // On a busy machine the deadline would be over before they are committed.
        AwaitAssert(() => Assert.True(Positions[stream.Name]?.Next > before[29].Position.Number, $"{Positions[stream.Name]} is committed"), Soon);
        source.Tell(new DrainSource(TimeSpan.FromMilliseconds(20)), TestActor);
        Assert.Equal(30, Assert.Single(ExpectMsg<SourceDrained>(Soon).Lanes).Unsettled);
        if (grows)
        {
            file.Append(string.Concat(Enumerable.Range(61, 10_000).Select(i => $"{i},one line\n")));
        }

        var second = Subscribe();
        Start(Csv(file), [second]);
        Assert.Equal(stream, second.Opens().Stream);
        var after = second.Takes(30);
        Assert.Equal(before.Skip(30).Select(e => (e.Id, e.Position.Number, e.Key)), after.Select(e => (e.Id, e.Position.Number, e.Key)));
        Assert.Single(Positions.Streams);
    }

    /// <summary>The export of each day under the same name, moved there or written over; and one with rows behind what it had.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_finished_file_that_another_one_replaces_while_the_node_runs_is_followed_by_it(bool moved)
    {
        using var file = new TempFile("InvoiceNo,Quantity\n1,6\n");
        var taken = new System.Collections.Concurrent.ConcurrentQueue<string>();
        Start(Csv(file), [Settle(e => taken.Enqueue(e.Key!))]);
        AwaitAssert(() => Assert.Equal(["1"], taken), Soon);
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("is finished", StringComparison.Ordinal)), Soon);
        var next = moved ? file.Path + ".new" : file.Path;
        File.WriteAllText(next, "InvoiceNo,Quantity\n2,6\n3,6\n");
        File.Move(next, file.Path, overwrite: true);
        AwaitAssert(() => Assert.Equal(["1", "2", "3"], taken), Soon);
        AwaitAssert(() => Assert.Equal(2, Recorded.Lines.Count(l => l.Contains("is finished", StringComparison.Ordinal))), Soon);
        file.Append("4,6\n");
        AwaitAssert(() => Assert.Equal(["1", "2", "3", "4"], taken), Soon);
    }

    [Fact]
    public void The_start_is_committed_before_anything_is_emitted()
    {
        using var file = new TempFile("InvoiceNo,Quantity\n1,6\n");
        var subscription = Subscribe();
        Start(Csv(file), [subscription]);
        Assert.Equal(1, Positions[subscription.Opens().Stream.Name]?.Next);
    }

    [Fact]
    public void A_followed_file_that_another_one_replaces_is_settled_first_and_the_new_one_is_a_stream_of_its_own()
    {
        using var file = new TempFile("InvoiceNo,Quantity\n1,6\n");
        var subscription = Subscribe();
        Start(Csv(file, follow: true), [subscription]);
        var old = subscription.Opens().Stream;
        subscription.Takes(1);
        File.WriteAllText(file.Path + ".new", "InvoiceNo,Size\n7,XL\n8,L\n");
        File.Move(file.Path + ".new", file.Path, overwrite: true);
        subscription.Settles(2);
        subscription.Closes();
        Assert.Equal(3, Positions[old.Name]?.Next);
        var next = subscription.Opens().Stream;
        Assert.NotEqual(old, next);
        Assert.Equal(["7", "8"], subscription.Takes(2).Select(e => e.Key));
        Assert.Contains(Recorded.Lines, l => l.Contains("was rotated away", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_file_that_was_truncated_to_half_is_reported_and_read_on_when_it_is_back(int rows)
    {
        var whole = "InvoiceNo,Text\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{i},some text\n"));
        using var file = new TempFile(whole);
        var first = Subscribe();
        var source = Start(Csv(file), [first]);
        first.Opens();
        first.Settles([.. first.Takes(rows / 2).Select(e => e.Position.Number)]);
        first.Settles([.. first.Takes(rows - (rows / 2)).Select(e => e.Position.Number)]);
        first.Closes();
        source.Tell(new DrainSource(TimeSpan.Zero), TestActor);
        ExpectMsg<SourceDrained>(Soon);

        file.Write(whole[..(whole.Length / 2)]);
        var second = Subscribe();
        Start(Csv(file), [second]);
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("truncated", StringComparison.Ordinal)), Soon);
        file.Write(whole + "new,9\n");
        Assert.Equal("new", second.TakesFromSomeSession().Key);
        Assert.Single(Positions.Streams);
        Assert.Single(Recorded.Lines, l => l.Contains("truncated", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_60_KiB_that_grows_past_64_KiB_stays_the_same_stream()
    {
        using var file = new TempFile(string.Concat(Enumerable.Range(1, 6_000).Select(i => $"{{\"k\":{i}}}\n")), "a.ndjson");
        using var open = OpenFile.Open(file.Path);
        var head = FileHead.Read(open, file.Path);
        var known = FileIdentity.Parse(new FileIdentity(head.Length, 0, head.HashOf(head.Length)).Id)!;
        file.Append(string.Concat(Enumerable.Range(1, 6_000).Select(i => $"{{\"k\":{i}}}\n")));
        Assert.True(FileHead.Read(open, file.Path).IsOf(known));
        Assert.False(FileHead.Read(open, "elsewhere").IsOf(known));
        Assert.Null(FileIdentity.Parse("7-"));
    }

    [Fact]
    public void A_file_that_is_not_there_yet_is_named_and_read_when_it_comes()
    {
        using var file = new TempFile("", "other.csv");
        var path = file.Path + ".later";
        var subscription = Subscribe();
        Start(Csv(file, path: path), [subscription]);
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("'feed' does not read", StringComparison.Ordinal) && l.Contains(path, StringComparison.Ordinal)), Soon);
        File.WriteAllText(path, "InvoiceNo,Quantity\n1,6\n");
        subscription.Opens();
        Assert.Equal("1", subscription.Takes(1)[0].Key);
    }

    [Fact]
    public void A_file_without_a_usable_header_is_named_with_the_setting_and_read_when_it_is_mended()
    {
        using var file = new TempFile("Invoice;Quantity\n1;6\n");
        var subscription = Subscribe();
        Start(Csv(file), [subscription]);
        subscription.Opens();
        subscription.Closes();
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("no column 'InvoiceNo' (setting key)", StringComparison.Ordinal)), Soon);
        file.Write("InvoiceNo,Quantity\n1,6\n");
        Assert.Equal("1", subscription.TakesFromSomeSession().Key);
    }

    [Theory]
    [InlineData("Feed", 0, "source name 'Feed'")]
    [InlineData("feed", -1, "rate = '-1'")]
    public void A_wrong_setting_is_refused_by_name_and_value(string name, double rate, string named)
    {
        var refused = Assert.Throws<ArgumentException>(() => new FileSource(name, new FileReadOptions { Path = "orders.csv", EventsPerSecond = rate }, "orders"));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_a_CloudEvent_says_itself_what_it_is_and_one_that_is_none_is_a_dead_letter()
    {
        using var file = new TempFile(
            """{"specversion":"1.0","id":"a","source":"/till","type":"sold","partitionkey":"p","aeorigin":"till-1","aesequence":"7","data":{"n":1}}""" + "\n"
            + """{"specversion":"1.0","id":"b","source":"/till","data":{"n":2}}""" + "\n"
            + """{"specversion":"1.0","id":"c","source":"/till","type":"sold","subject":"s","data":3}""");
        var subscription = Subscribe();
        Start(Events(file), [subscription]);
        var stream = subscription.Opens().Stream;
        var events = subscription.Takes(2);
        Assert.Equal([("a", "/till", "sold", "p", 1L), ("c", "/till", "sold", "s", 3)], events.Select(e => (e.Id, e.Source, e.Type, e.Key!, e.Position.Number)));
        Assert.Equal(("till-1", 7), (events[0].Origin!.Value.Id, events[0].Origin!.Value.Number));
        Assert.Equal("3", System.Text.Encoding.UTF8.GetString(events[1].Data.Span));
        subscription.Settles(1, 3);
        subscription.Closes();
        Assert.Equal(4, Positions[stream.Name]?.Next);
        Assert.Contains("type", Assert.Single(DeadLetters.Stored).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvoiceNo,Quantity\n1,6\n2,7", 3)]
    [InlineData("InvoiceNo,Quantity\n1,6\n\n2,7\n\n\n", 4)]
    public async Task The_end_is_known_once_all_is_committed_and_before_that_it_is_above(string text, long last)
    {
        using var file = new TempFile(text);
        var source = Csv(file);
        Assert.True(Assert.Single(await source.EndsAsync(Positions, default)).Next > 1);
        var subscription = Subscribe();
        Start(source, [subscription]);
        var stream = subscription.Opens().Stream;
        var events = subscription.Takes(2);
        subscription.Settles(events[0].Position.Number);
        AwaitAssert(() => Assert.Equal(events[0].Position.Number + 1, Positions[stream.Name]?.Next), Soon);
        Assert.True(Assert.Single(await source.EndsAsync(Positions, default)).Next > Positions[stream.Name]?.Next);
        subscription.Settles(events[1].Position.Number);
        subscription.Closes();
        Assert.Equal(Positions[stream.Name], Assert.Single(await source.EndsAsync(Positions, default)));
        Assert.Equal(last + 1, Positions[stream.Name]?.Next);
        file.Append("\n3,8\n");
        Assert.True(Assert.Single(await source.EndsAsync(Positions, default)).Next > last + 1);
    }

    [Fact]
    public async Task A_followed_file_has_no_end_an_empty_one_holds_up_nobody_and_a_missing_one_does()
    {
        using var file = new TempFile("");
        Assert.Empty(await Csv(file).EndsAsync(Positions, default));
        file.Append("InvoiceNo,Quantity\n");
        Assert.Equal(1, Assert.Single(await Csv(file).EndsAsync(Positions, default)).Next);
        Assert.Empty(await Csv(file, follow: true).EndsAsync(Positions, default));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Csv(file, path: file.Path + ".not").EndsAsync(Positions, default));
    }

    /// <summary>Readiness shows it, and only on the node that looks at the file.</summary>
    [Fact]
    public void What_keeps_a_file_from_being_read_is_a_problem_of_the_source_until_it_is_read_and_an_empty_file_is_none()
    {
        using var file = new TempFile();
        File.Delete(file.Path);
        var source = Csv(file);
        var subscription = Subscribe();
        var actor = Start(source, [subscription]);
        AwaitAssert(() => Assert.Contains(file.Path, source.Problem ?? "", StringComparison.Ordinal), Soon);
        file.Write("");
        AwaitAssert(() => Assert.Null(source.Problem), Soon);
        file.Write("InvoiceNo,InvoiceNo\n1,6\n");
        AwaitAssert(() => Assert.NotNull(source.Problem), Soon);
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor, Soon);
        Assert.Null(source.Problem);
        file.Write("InvoiceNo,Quantity\n1,6\n");
        Start(source, [subscription]);
        subscription.Opens();
        Assert.Null(source.Problem);
    }

    private static FileSource Events(TempFile file) =>
        new("feed", new FileReadOptions { Path = file.Path, Format = FileFormat.CloudEvents });

    private static FileSource Csv(TempFile file, bool follow = false, string? path = null) =>
        new("feed", new FileReadOptions { Path = path ?? file.Path, KeyColumn = "InvoiceNo", Follow = follow, PollInterval = TimeSpan.FromMilliseconds(5), RotateWait = TimeSpan.FromMilliseconds(50) }, "orders");
}
