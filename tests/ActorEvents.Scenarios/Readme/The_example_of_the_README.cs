using System.Diagnostics;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Scenarios.DataPath;
using ActorEvents.Sources;
using ActorEvents.Tests;

namespace ActorEvents.Scenarios.Readme;

public sealed class The_example_of_the_README : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-readme-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Stands_in_the_README_as_it_is_compiled_and_has_at_most_20_lines()
    {
        var root = SourceTree.Folder;
        var source = File.ReadAllText(Path.Combine(root, "tests", "ActorEvents.Scenarios", "Readme", "ReadmeHandler.cs"));
        var example = source.Split("// <example>")[1].Split("// </example>")[0].Trim();

        Assert.Contains(example, File.ReadAllText(Path.Combine(root, "README.md")), StringComparison.Ordinal);
        Assert.InRange(example.Split('\n').Count(l => l.Trim().Length > 0), 1, 20);
    }

    /// <summary>By default dotnet run moves a web project to its own folder, and none of the README's paths is there.</summary>
    [Fact]
    public async Task Its_dotnet_run_finds_files_from_where_it_is_called()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = SourceTree.Folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in "run --no-build --project src/ActorEvents.Node -- --config config/cluster.conf --http 70000".Split(' '))
        {
            start.ArgumentList.Add(argument);
        }

        using var run = Process.Start(start)!;
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.Contains("http.port = '70000'", said, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Runs_in_a_node_and_rejects_what_it_cannot_read()
    {
        var stream = StreamId.ForPartition("carts", "carts", "id", 0);
        string[] data = ["""{"price":2.5}""", "no json", """{"price":4}"""];
        var source = new ListSource("carts", data.Length, stream, i => new EventEnvelope
        {
            Id = $"e{i}",
            Source = "/shop",
            Type = "cart.item-added",
            Key = "c1",
            Data = Encoding.UTF8.GetBytes(data[i]),
            Position = new EventPosition(stream, i),
            Size = 50,
        });
        await using var node = await MiniNode.StartAsync(_folder, b =>
        {
            b.AddSource(source);
            CartHandler.Register(b);
        });

        await node.WaitForAsync(stream.Name, data.Length);

        var entries = (await node.RowsAsync()).Select(r => r.Entry!).ToList();
        Assert.Equal(2, entries.Sum(e => e.StateEvents.Count));
        Assert.Single(entries.SelectMany(e => e.Rejections), r => r.EventId == "e1");
        Assert.Contains("6.5", Encoding.UTF8.GetString(entries.SelectMany(e => e.Outgoing).Last().Data.Span), StringComparison.Ordinal);
    }
}
