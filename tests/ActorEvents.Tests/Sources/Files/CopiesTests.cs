using System.Globalization;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>Followed files that are copied and cut, by a reader that is late.</summary>
public sealed class CopiesTests : SourceKit
{
    /// <summary>They begin alike over more than what says which file it is, and each is shorter than the one before: they were taken for copies of that, and passed over without a word.</summary>
    [Fact]
    public void Files_that_came_and_were_cut_while_the_reader_was_behind_are_read_from_their_copies()
    {
        var banner = string.Concat(Enumerable.Repeat("          \n", 6_000));
        string Alike(int from, int lines) => banner + string.Concat(Enumerable.Range(from, lines).Select(i => FormattableString.Invariant($"{{\"n\":{i}}}\n")));
        using var file = new TempFile(Alike(0, 40), "app.ndjson");
        var subscription = Subscribe();
        var options = new FileReadOptions { Path = file.Path, Format = FileFormat.Ndjson, KeyColumn = "n", Follow = true, PollInterval = TimeSpan.FromMilliseconds(5), RotateWait = TimeSpan.FromMilliseconds(200) };
        Start(new FileSource("copied", options, "line"), [subscription]);
        subscription.Opens();
        var first = subscription.Takes(40);
        foreach (var (number, next) in new[] { Alike(40, 30), Alike(70, 20), Alike(90, 10) }.Index())
        {
            File.Copy(file.Path, FormattableString.Invariant($"{file.Path}.{number}"));
            file.Write(next);
        }

        subscription.Settles([.. first.Select(e => e.Position.Number)]);
        var keys = new List<string>();
        foreach (var lines in (int[])[30, 20, 10])
        {
            subscription.Closes();
            subscription.Opens();
            var taken = subscription.Takes(lines);
            keys.AddRange(taken.Select(e => e.Key!));
            subscription.Settles([.. taken.Select(e => e.Position.Number)]);
        }

        Assert.Equal(Enumerable.Range(40, 60).Select(i => i.ToString(CultureInfo.InvariantCulture)), keys);
    }
}
