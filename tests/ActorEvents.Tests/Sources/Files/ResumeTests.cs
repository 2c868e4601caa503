using ActorEvents.Sources.Files;
using CsCheck;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>A reading that stops anywhere goes on at the right byte, with the same numbers and verdicts.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task Line_breaks_inside_quotes_do_not_move_numbers_over_a_restart_behind_any_record()
    {
        var rows = Enumerable.Range(1, 100).Select(i => i % 33 == 0 ? $"{i},\"two\nlines \"\"{i}\"\"\"" : $"{i},one");
        using var file = new TempFile("a,b\n" + string.Join('\n', rows) + "\n");
        var whole = await TempFile.ReadAsync(file.Csv("a"));
        Assert.Equal(100, whole.Count);
        Assert.All(whole, r => Assert.Null(r.Problem));
        await SameFromEverywhere(file.Csv("a"), whole);
    }

    [Fact]
    public Task Whatever_the_file_holds_a_restart_behind_any_record_gives_the_same_rest() =>
        Gen.OneOf(Gen.Const("\n"), Gen.Const("\r\n"), Gen.Const("\r"), Gen.Const("\""), Gen.Const("\"\""), Gen.Const(","), Gen.Const("ab"), Gen.Const("é"), Gen.Const(",1\n2,"), Gen.Const("\xFEFF"))
            .Array[0, 40]
            .SampleAsync(
                async pieces =>
                {
                    using var file = new TempFile("a,b\n" + string.Concat(pieces));
                    var options = file.Csv(limit: 40);
                    var whole = await TempFile.ReadAsync(options);
                    Assert.Equal(whole.Select(r => r.Line).Order().Distinct(), whole.Select(r => r.Line));
                    await SameFromEverywhere(options, whole);
                },
                iter: 400);

    [Theory]
    [InlineData("a,b\n1,2", "\n3,4\n")]
    [InlineData("a,b\n1,2", "\r\n3,4\n")]
    [InlineData("a,b\r1,2\r", "\n3,4\n")]
    public async Task A_line_end_that_comes_behind_a_finished_last_line_is_no_line_of_its_own(string first, string rest)
    {
        using var file = new TempFile(first);
        var before = await TempFile.ReadAsync(file.Csv());
        file.Append(rest);
        var after = await TempFile.ReadAsync(file.Csv(), before[^1].Behind());
        Assert.Equal((3, """{"a":"3","b":"4"}"""), (Assert.Single(after).Line, after[0].Text()));
    }

    [Fact]
    public async Task A_last_line_that_was_taken_and_grew_is_reported()
    {
        using var file = new TempFile("a,b\n1,2");
        var before = await TempFile.ReadAsync(file.Csv());
        file.Append("5\n3,4\n");
        var refused = await Assert.ThrowsAsync<FileChangedException>(() => TempFile.ReadAsync(file.Csv(), before[^1].Behind()));
        Assert.Contains("Line 2 of ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_truncated_is_reported_with_both_sizes()
    {
        using var file = new TempFile("a,b\n1,2\n3,4\n5,6\n");
        var whole = await TempFile.ReadAsync(file.Csv());
        file.Write("a,b\n1,2\n");
        var refused = await Assert.ThrowsAsync<FileChangedException>(() => TempFile.ReadAsync(file.Csv(), whole[^1].Behind()));
        Assert.Contains("has 8 bytes now, of 16 that were read", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_replaced_by_one_with_the_same_first_64_KiB_is_reported()
    {
        var head = "a,b\n" + string.Concat(Enumerable.Range(1, 10_000).Select(i => $"{i},same\n"));
        using var file = new TempFile(head + string.Concat(Enumerable.Range(1, 1_000).Select(i => $"{i},left\n")));
        var whole = await TempFile.ReadAsync(file.Csv());
        file.Write(head + string.Concat(Enumerable.Range(1, 2_000).Select(i => $"{i},side\n")));
        var refused = await Assert.ThrowsAsync<FileChangedException>(() => TempFile.ReadAsync(file.Csv(), whole[^1].Behind()));
        Assert.Contains("was replaced or changed", refused.Message, StringComparison.Ordinal);
    }

    private static async Task SameFromEverywhere(FileReadOptions options, List<FileRecord> whole)
    {
        for (var i = 0; i < whole.Count; i++)
        {
            var rest = await TempFile.ReadAsync(options, whole[i].Behind());
            Assert.Equal(whole.Skip(i + 1).Select(Shown), rest.Select(Shown));
        }
    }

    private static string Shown(FileRecord r) => $"{r.Line} {r.FirstLine} {r.EndOffset} {r.Resume} {r.Text()} {r.Key} {r.Problem}";
}
